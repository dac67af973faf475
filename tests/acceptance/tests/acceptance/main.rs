//! What the compiled functions and the sandbox must hold, on real Redis.
//!
//! One test program, because every further one links the AWS SDK again.

mod layers;
mod sample_events;
mod wire_boto3;
mod wire_elasticache;
