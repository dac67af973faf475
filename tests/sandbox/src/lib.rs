//! A local AWS for redis-lifecycle: strict, small, and with real Redis processes behind it.
//!
//! It speaks AWS's wire protocols to unmodified SDKs on a loopback port, runs compiled Lambda functions behind a real
//! Runtime API, and keeps a journal of every call. What AWS refuses it refuses, with the SDK's error code; what it does
//! not know fails loudly.
//!
//! # Layout
//! - [`Sandbox`]: start one, point clients at it, stop it
//! - [`Provisioned`], [`Site`]: a target on it, and where its Redis is
//! - [`services`]: Secrets Manager, Parameter Store, ElastiCache, ECS, Cloud Map, STS
//! - [`lambda`]: the runner of compiled functions
//! - [`events`]: what happened, told to them: EventBridge, its schedules, and SNS
//! - [`redis`]: the processes behind ElastiCache
//! - [`hosts`]: Redis that its owner runs, with a supervisor, replicas and Sentinels
//! - [`upstash`]: a Redis that is not AWS's, behind a REST API
//! - [`load`]: clients that are able to fail, and a watcher
//! - [`demo`]: whole rotations, shown
//! - [`faults`], [`journal`]: what goes wrong on demand, and what happened
//! - [`wire`]: the protocols

mod client;
pub mod demo;
pub mod events;
pub mod faults;
pub mod hosts;
pub mod journal;
pub mod lambda;
pub mod load;
mod provision;
pub mod redis;
mod sandbox;
mod server;
pub mod services;
mod site;
pub mod upstash;
pub mod wire;

pub use provision::{Door, FUNCTION_TIMEOUT, Provisioned, RedisService, Shape, Topology};
pub use sandbox::{Options, Sandbox};
pub use site::Site;
