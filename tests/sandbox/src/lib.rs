//! A local AWS for redis-lifecycle: strict, small, and with real Redis processes behind it.
//!
//! It speaks AWS's wire protocols to unmodified SDKs on a loopback port, runs compiled Lambda functions behind a real
//! Runtime API, and keeps a journal of every call. What AWS refuses it refuses, with the SDK's error code; what it does
//! not know fails loudly.
//!
//! # Layout
//! - [`Sandbox`]: start one, point clients at it, stop it
//! - [`services`]: Secrets Manager, Parameter Store, ElastiCache, ECS, Cloud Map, Lambda, EventBridge and its Scheduler,
//!   SNS, STS
//! - [`lambda`]: the runner of compiled functions
//! - [`delivery`]: what happened, told to them: at least once, and again where they fail
//! - [`redis`]: the processes behind ElastiCache
//! - [`hosts`]: Redis that its owner runs, with a supervisor, replicas and Sentinels
//! - [`upstash`]: a Redis that is not AWS's, behind a REST API
//! - [`in_memory`]: the same services for a simulation, with the time and the random numbers that [`clock`] and [`chance`] set
//! - [`faults`], [`journal`]: what goes wrong on demand, and what happened
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
pub mod redis;
mod sandbox;
mod server;
pub mod services;
pub mod upstash;
pub mod wire;

pub use deploy::FUNCTION_TIMEOUT;
pub use sandbox::{Options, Sandbox};
