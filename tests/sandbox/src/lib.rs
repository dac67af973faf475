//! A local AWS for redis-lifecycle: small, strict, and with real Redis processes.
//!
//! It serves unmodified SDKs on a loopback port, runs compiled Lambda functions behind a Runtime API, and keeps a
//! journal of every call. It rejects what AWS rejects, with the same error code, and returns an error for what it does
//! not implement.
//!
//! # Layout
//! - [`Sandbox`]: a running sandbox
//! - [`services`]: Secrets Manager, Parameter Store, ElastiCache, ECS, Cloud Map, Lambda, EventBridge and its Scheduler,
//!   SNS, STS, the Tagging API
//! - [`lambda`]: the runner of compiled functions
//! - [`delivery`]: events for functions, delivered at least once and with retries
//! - [`redis`]: Redis processes, and the gates in front of them
//! - [`hosts`]: self-managed Redis, with a supervisor, replicas and Sentinels
//! - [`upstash`]: Upstash databases, with their REST API and the Developer API
//! - [`in_memory`]: some of the services in memory, for a simulation
//! - [`clock`], [`chance`]: the time and the random numbers, which a simulation controls
//! - [`faults`], [`journal`]: fault injection, and the record of calls
//! - [`wire`]: the protocols

pub mod chance;
mod client;
pub mod clock;
pub mod delivery;
mod deploy;
pub mod faults;
pub mod hosts;
pub mod in_memory;
pub mod journal;
pub mod lambda;
pub mod operations;
pub mod redis;
mod sandbox;
mod server;
pub mod services;
mod strike;
pub mod upstash;
pub mod wire;

pub use deploy::FUNCTION_TIMEOUT;
pub use sandbox::{Options, Sandbox};
