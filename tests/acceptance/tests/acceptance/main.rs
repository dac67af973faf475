//! Acceptance tests of the compiled functions and of the sandbox, on real Redis.
//!
//! They are one test program, because each program links the AWS SDK.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

mod claims;
mod contract;
mod demo;
mod dependencies;
mod dev;
mod environment;
mod events;
mod file_sentences;
mod import_circles;
mod proxy;
mod prune_snapshots;
mod readme;
mod retire_credential;
mod rotate_auth;
mod sync_connection;
mod take_snapshot;
mod tools;
mod wire_boto3;
mod wire_ecs;
mod wire_elasticache;
mod wire_lambda;
mod wire_secrets_manager;
mod wire_ssm;
mod wire_tagging;
mod wire_upstash;
