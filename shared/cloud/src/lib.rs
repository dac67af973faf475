//! Thin calls of the AWS SDK: one file or folder per service, one function per call, every error classed in one place.
//!
//! # Layout
//! - [`Clients`]: the SDK clients of a function, their clock, and the count of the requests they send
//! - [`secrets_manager`], [`ssm`], [`elasticache`], [`ecs`], [`cloud_map`], [`lambda`], [`s3`]: the calls
//! - [`http`]: requests to services other than AWS, over the same HTTP client
//! - [`classify`]: which class an SDK error has

pub mod classify;
mod clients;
pub mod cloud_map;
mod connector;
pub mod ecs;
pub mod elasticache;
pub mod http;
pub mod lambda;
pub mod s3;
pub mod secrets_manager;
pub mod ssm;

pub use aws_config::SdkConfig;
pub use classify::{CallError, Effect};
pub use clients::{Clients, loader};
