//! The compiled `rotate-auth`, driven by Secrets Manager, on real Redis.

mod conformance;
mod crashes;
mod fargate;
mod faults;
mod guarantees;
mod matrix;
mod record;
mod refusals;
mod scene;
mod secrecy;
mod self_hosted;
mod story;
mod users;
