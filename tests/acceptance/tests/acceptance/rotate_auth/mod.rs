//! The compiled `rotate-auth`, driven by Secrets Manager, on real Redis.

mod conformance;
mod crashes;
mod faults;
mod guarantees;
mod matrix;
mod record;
mod refusals;
mod secrecy;
mod story;
mod upstash;
mod users;
