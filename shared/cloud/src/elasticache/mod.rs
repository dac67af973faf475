//! ElastiCache: replication groups, users and Serverless caches.
//!
//! # Layout
//! - [`groups`]: replication groups, their nodes and their tokens
//! - [`serverless`]: serverless caches
//! - [`users`]: users, the caches that they reach, and their passwords

pub mod groups;
pub mod serverless;
pub mod users;

use aws_sdk_elasticache::types;

/// One node, or what stands before the nodes of a serverless cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its cache cluster id, or the serverless cache's name.
    pub id: String,
    /// Its own address.
    pub host: String,
    /// The port it listens on.
    pub port: u16,
}

/// A name that clients connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name or address.
    pub host: String,
    /// The port.
    pub port: u16,
}

fn address(endpoint: &types::Endpoint) -> Option<(String, u16)> {
    Some((endpoint.address.clone()?, u16::try_from(endpoint.port?).ok()?))
}

fn endpoint(endpoint: &types::Endpoint) -> Option<Endpoint> {
    address(endpoint).map(|(host, port)| Endpoint { host, port })
}
