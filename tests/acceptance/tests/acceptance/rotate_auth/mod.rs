//! The compiled `rotate-auth`, driven by Secrets Manager, on real Redis.

mod conformance;
pub(crate) mod fargate;
mod faults;
mod guarantees;
pub(crate) mod matrix;
mod record;
mod refusals;
mod scene;
pub(crate) mod secrecy;
mod self_hosted;
pub(crate) mod story;
mod upstash;
mod users;
