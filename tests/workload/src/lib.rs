//! Provisioned targets on the sandbox, client load on them, and a watcher that checks their logins.
//!
//! # Layout
//! - [`provision()`]: creates a target as Terraform would, and returns a [`Provisioned`] with its [`Site`]
//! - [`load`]: Redis clients that report every failure, and the watcher
//! - [`upstash`]: clients of an Upstash database

pub mod load;
mod provision;
mod site;
pub mod upstash;

pub use provision::{
    Access, Provisioned, RedisService, Shape, Topology, create_consumer_service, create_group, create_redis_service,
    create_serverless_cache, create_service_of, create_user_group, provision, put_settings, self_hosted,
};
pub use site::Site;
