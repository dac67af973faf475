//! The flavours of Redis that a stage can have.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use sandbox::{Shape, Topology, hosts::SetUp};
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
    /// Redis in one Fargate task: the machine's own.
    Fargate,
    /// Redis 8 in one Fargate task.
    FargateRedis8,
    /// A primary and a replica on hosts of their own, with a Sentinel, and this is where they keep who may log in.
    SelfHosted(SetUp),
}

impl Flavour {
    /// Every flavour there is, on the machine's own Redis.
    pub const ALL: [Self; 7] = [
        Self::ElasticacheAuth,
        Self::ElasticacheUser,
        Self::ElasticacheServerless,
        Self::Fargate,
        Self::SelfHosted(SetUp::ConfigFile),
        Self::SelfHosted(SetUp::AclFile),
        Self::SelfHosted(SetUp::Neither),
    ];

    /// How the settings say so.
    pub(crate) fn settings(self) -> Value {
        match self {
            Self::ElasticacheAuth => json!({ "type": "elasticache-auth", "replication_group_id": "orders" }),
            Self::ElasticacheUser => json!({ "type": "elasticache-user", "user_id": USER_ID }),
            Self::ElasticacheServerless => {
                json!({ "type": "elasticache-serverless", "serverless_cache_name": "orders", "user_id": USER_ID })
            }
            Self::Fargate | Self::FargateRedis8 => {
                json!({ "type": "fargate", "cluster": "orders", "service": "redis", "host": "redis.orders.local" })
            }
            // The sandbox puts its own addresses in place of these.
            Self::SelfHosted(_) => json!({
                "type": "self-hosted",
                "nodes": [{ "host": "redis-1" }, { "host": "redis-2" }],
                "sentinel": { "master_name": "orders", "nodes": [{ "host": "sentinel-1" }] },
            }),
        }
    }

    /// Redis in a Fargate task, on each Redis that there is here.
    pub fn on_fargate() -> impl Iterator<Item = Self> {
        [Self::Fargate, Self::FargateRedis8].into_iter().filter(|flavour| flavour.is_to_be_had())
    }

    /// Whether what it needs is here; says what is not.
    pub fn is_to_be_had(self) -> bool {
        let missing = self == Self::FargateRedis8 && redis_8().is_none();
        if missing {
            tell("skipped: there is no Redis 8 here; set REDIS8_SERVER, or run `./dev test`, which looks for one");
        }
        !missing
    }

    /// The shapes that its nodes can have.
    pub fn topologies(self) -> &'static [Topology] {
        match self {
            Self::ElasticacheAuth | Self::ElasticacheUser => {
                &[Topology::Single { replicas: 1 }, Topology::Cluster { shards: 2, replicas: 1 }]
            }
            // Their settings say which nodes there are.
            Self::ElasticacheServerless | Self::Fargate | Self::FargateRedis8 | Self::SelfHosted(_) => {
                &[Topology::Single { replicas: 1 }]
            }
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

    /// How many such calls so many rotations make with no retirement between them: from the second on, the one before the
    /// previous one is pushed out by a service, taken away by a change of its own, or, on hosts, in a transaction.
    pub fn calls_of(self, rotations: usize, nodes: usize) -> usize {
        let changes = match self {
            Self::Fargate | Self::FargateRedis8 => 2 * rotations - 1,
            _ => rotations,
        };
        changes * self.calls_per_change(nodes)
    }

    /// What the settings leave open about its Redis.
    pub(crate) fn shape(self, topology: Topology) -> Shape {
        match self {
            Self::SelfHosted(set_up) => Shape { topology, set_up },
            _ => topology.into(),
        }
    }

    /// The call that changes a credential.
    pub fn change(self) -> &'static str {
        match self {
            Self::ElasticacheAuth => "ModifyReplicationGroup",
            Self::ElasticacheUser | Self::ElasticacheServerless => "ModifyUser",
            Self::Fargate | Self::FargateRedis8 | Self::SelfHosted(_) => "ACL SETUSER",
        }
    }
}

/// A Redis 8, where `REDIS8_SERVER` names one.
pub(crate) fn redis_8() -> Option<&'static Path> {
    static REDIS_8: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::var_os("REDIS8_SERVER").map(PathBuf::from));
    REDIS_8.as_deref()
}

/// Says something where the output of a test is read.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so where its output is read")]
pub fn tell(words: &str) {
    eprintln!("{words}");
}
