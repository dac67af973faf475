//! What the compiled functions and the sandbox must hold, on real Redis.
//!
//! One test program, because every further one links the AWS SDK again.

#![allow(clippy::unwrap_used, reason = "all of it is tests, also the helpers beside them")]

mod layers;
mod wire_secrets_manager;
mod wire_ssm;
