//! The flavours of Redis that a stage can have.

use sandbox::Topology;
use serde_json::{Value, json};

/// The id of the user, where the flavour has one in ElastiCache.
pub(crate) const USER_ID: &str = "orders-app";

/// Which flavour of Redis is on a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// A replication group with an AUTH token.
    ElasticacheAuth,
    /// A user with a password, on a replication group.
    ElasticacheUser,
    /// A user with a password, on a serverless cache.
    ElasticacheServerless,
}

impl Flavour {
    /// Every flavour there is.
    pub const ALL: [Self; 3] = [Self::ElasticacheAuth, Self::ElasticacheUser, Self::ElasticacheServerless];

    /// How the settings say so.
    pub(crate) fn settings(self) -> Value {
        match self {
            Self::ElasticacheAuth => json!({ "type": "elasticache-auth", "replication_group_id": "orders" }),
            Self::ElasticacheUser => json!({ "type": "elasticache-user", "user_id": USER_ID }),
            Self::ElasticacheServerless => {
                json!({ "type": "elasticache-serverless", "serverless_cache_name": "orders", "user_id": USER_ID })
            }
        }
    }

    /// The shapes that its nodes can have.
    pub fn topologies(self) -> &'static [Topology] {
        match self {
            Self::ElasticacheAuth | Self::ElasticacheUser => {
                &[Topology::Single { replicas: 1 }, Topology::Cluster { shards: 2, replicas: 1 }]
            }
            Self::ElasticacheServerless => &[Topology::Single { replicas: 1 }],
        }
    }

    /// Whether a service brings the nodes in step, and gives each credential one of two places.
    pub fn is_kept_by_a_service(self) -> bool {
        matches!(self, Self::ElasticacheAuth | Self::ElasticacheUser | Self::ElasticacheServerless)
    }

    /// How many calls make one change: one for a service, one a node otherwise.
    pub fn calls_per_change(self, nodes: usize) -> usize {
        if self.is_kept_by_a_service() { 1 } else { nodes }
    }

    /// The call that changes a credential.
    pub fn change(self) -> &'static str {
        match self {
            Self::ElasticacheAuth => "ModifyReplicationGroup",
            Self::ElasticacheUser | Self::ElasticacheServerless => "ModifyUser",
        }
    }
}
