//! The compiled `rotate-auth`, driven by Secrets Manager, on real Redis.

mod conformance;
mod fargate;
mod faults;
mod guarantees;
mod matrix;
mod record;
mod refusals;
mod secrecy;
mod self_hosted;
mod services;
mod story;
mod upstash;
mod users;
