//! What the compiled functions and the sandbox must hold, on real Redis.
//!
//! One test program, because every further one links the AWS SDK again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod contract;
mod demo;
mod dependencies;
mod events;
mod file_sentences;
mod import_circles;
mod proxy;
mod readme;
mod retire_credential;
mod rotate_auth;
mod sync_connection;
mod tools;
mod wire_boto3;
mod wire_ecs;
mod wire_elasticache;
mod wire_lambda;
mod wire_secrets_manager;
mod wire_ssm;
mod wire_upstash;
