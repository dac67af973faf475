//! The location of a target's Redis.

use std::{net::Ipv4Addr, sync::Arc};

use sandbox::{Sandbox, redis::Direct, upstash::Database};

/// The location of a target's Redis, as its owner knows it.
#[derive(Clone, Debug)]
pub enum Site {
    /// An ElastiCache replication group, by id.
    ReplicationGroup(String),
    /// An ElastiCache Serverless cache, by name.
    ServerlessCache(String),
    /// The tasks of an ECS service.
    Service {
        /// The cluster's name.
        cluster: String,
        /// The service's name.
        service: String,
    },
    /// Hosts, the primary first.
    Hosts(Vec<Ipv4Addr>),
    /// A database of Upstash.
    Database(Arc<Database>),
}

impl Site {
    /// Returns the id of the replication group, or the name of the serverless cache.
    ///
    /// # Panics
    /// The site is neither.
    pub fn cache(&self) -> &str {
        match self {
            Self::ReplicationGroup(name) | Self::ServerlessCache(name) => name,
            Self::Service { .. } | Self::Hosts(_) | Self::Database(_) => panic!("{self:?} is not in ElastiCache"),
        }
    }

    /// Returns the Upstash database, if the site is one.
    pub fn database(&self) -> Option<&Arc<Database>> {
        match self {
            Self::Database(database) => Some(database),
            _ => None,
        }
    }

    /// Returns a direct connection to every node, which bypasses its gate. An Upstash database has no such nodes.
    pub fn nodes(&self, sandbox: &Sandbox) -> Vec<Direct> {
        match self {
            Self::ReplicationGroup(name) | Self::ServerlessCache(name) => {
                sandbox.elasticache.nodes(name).iter().map(|node| Direct { address: node.address, tls: true }).collect()
            }
            Self::Service { cluster, service } => {
                let tasks =
                    sandbox.ecs.tasks(cluster, service).into_iter().filter(|task| task.last_status == "RUNNING");
                tasks.map(|task| Direct { address: task.address, tls: false }).collect()
            }
            Self::Hosts(addresses) => {
                addresses.iter().map(|address| Direct { address: *address, tls: false }).collect()
            }
            Self::Database(_) => Vec::new(),
        }
    }
}
