//! Targets on a local AWS, and what uses them: provisioning, client load and a watcher.
//!
//! # Layout
//! - [`provision()`]: a target as Terraform would create it: [`Provisioned`], and its [`Site`]
//! - [`load`]: clients that report every failure, and the watcher
//! - [`upstash`]: clients of a database of Upstash

pub mod load;
mod provision;
mod site;
pub mod upstash;

pub use provision::{
    Door, Provisioned, RedisService, Shape, Topology, create_consumer_service, create_group, create_redis_service,
    create_serverless_cache, create_service_of, create_user_group, provision, put_settings, self_hosted,
};
pub use site::Site;
