//! All that differs between flavours of Redis.
//!
//! # Layout
//! - [`ElasticacheAuth`]: an ElastiCache replication group with TLS and an AUTH token
//! - [`login`]: asking one node which credentials it accepts, whatever the flavour

mod elasticache_auth;
pub mod login;

pub use elasticache_auth::{ElasticacheAuth, Observed};
