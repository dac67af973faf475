//! What the compiled functions and the sandbox must hold, on real Redis.
//!
//! One test program, because every further one links the AWS SDK again.

#![allow(clippy::unwrap_used, reason = "what cannot go on fails the test, in helpers too")]

mod layers;
mod sample_events;
mod wire_elasticache;
