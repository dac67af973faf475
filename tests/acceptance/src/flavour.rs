//! The flavours of Redis that a stage can have.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use sandbox::hosts::SetUp;
use serde_json::{Value, json};
use workload::{Shape, Topology};

/// The id of the user in ElastiCache, or its name in Upstash.
pub(crate) const USER_ID: &str = "orders-app";

/// The secret with the credential that renews an Upstash token.
pub(crate) const RENEWAL_SECRET: &str = "orders/upstash";

/// Which flavour of Redis is on a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// A replication group with an AUTH token.
    ElasticacheAuth,
    /// A user with a password, on a replication group.
    ElasticacheUser,
    /// A user with a password, on a serverless cache.
    ElasticacheServerless,
    /// Redis in one Fargate task, in the default version.
    Fargate,
    /// Redis 8 in one Fargate task.
    FargateRedis8,
    /// A primary and a replica on hosts with a Sentinel, which store their users in this way.
    SelfHosted(SetUp),
    /// An Upstash database, rotated by a second token of an ACL user.
    UpstashAcl,
    /// An Upstash database, rotated by password resets: it never accepts two credentials.
    UpstashReset,
}

impl Flavour {
    /// Every flavour, on the default version of Redis.
    pub const ALL: [Self; 9] = [
        Self::ElasticacheAuth,
        Self::ElasticacheUser,
        Self::ElasticacheServerless,
        Self::Fargate,
        Self::SelfHosted(SetUp::ConfigFile),
        Self::SelfHosted(SetUp::AclFile),
        Self::SelfHosted(SetUp::Neither),
        Self::UpstashAcl,
        Self::UpstashReset,
    ];

    /// Returns the `backend` of the settings.
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
            // The sandbox replaces these by its own addresses.
            Self::SelfHosted(_) => json!({
                "type": "self-hosted",
                "nodes": [{ "host": "redis-1" }, { "host": "redis-2" }],
                "sentinel": { "master_name": "orders", "nodes": [{ "host": "sentinel-1" }] },
            }),
            Self::UpstashAcl => upstash(json!({ "by": "acl", "username": USER_ID, "admin_secret_id": RENEWAL_SECRET })),
            Self::UpstashReset => {
                upstash(json!({ "by": "reset", "database_id": "orders", "api_secret_id": RENEWAL_SECRET }))
            }
        }
    }

    /// Returns the Fargate flavours whose Redis is installed.
    pub fn on_fargate() -> impl Iterator<Item = Self> {
        [Self::Fargate, Self::FargateRedis8].into_iter().filter(|flavour| flavour.is_available())
    }

    /// Whether its Redis is installed; prints what is missing.
    pub fn is_available(self) -> bool {
        let missing = self == Self::FargateRedis8 && redis_8().is_none();
        if missing {
            tell("skipped: Redis 8 was not found; set REDIS8_SERVER, or run `./dev test`, which searches for it");
        }
        !missing
    }

    /// Returns the topologies to test it in.
    pub fn topologies(self) -> &'static [Topology] {
        match self {
            Self::ElasticacheAuth | Self::ElasticacheUser => {
                &[Topology::Single { replicas: 1 }, Topology::Cluster { shards: 2, replicas: 1 }]
            }
            // The settings determine the nodes.
            Self::ElasticacheServerless
            | Self::Fargate
            | Self::FargateRedis8
            | Self::SelfHosted(_)
            | Self::UpstashAcl
            | Self::UpstashReset => &[Topology::Single { replicas: 1 }],
        }
    }

    /// Whether a service distributes the credential to the nodes and keeps at most two.
    pub fn is_kept_by_a_service(self) -> bool {
        matches!(self, Self::ElasticacheAuth | Self::ElasticacheUser | Self::ElasticacheServerless)
    }

    /// Whether two credentials are accepted during a rotation. Without an overlap, clients are refused until they read the secret.
    pub fn has_overlap(self) -> bool {
        self != Self::UpstashReset
    }

    /// Whether a change must be sent only once, even if its answer is lost. Otherwise, sending it again changes nothing.
    pub fn is_sent_once(self) -> bool {
        self.is_kept_by_a_service() || self == Self::UpstashReset
    }

    /// Returns the key of the credential, if the secret must be a JSON object.
    pub(crate) fn json_key(self) -> Option<&'static str> {
        matches!(self, Self::UpstashAcl | Self::UpstashReset).then_some("token")
    }

    /// Returns the number of calls for one change: one for a service, otherwise one per node.
    pub fn calls_per_change(self, nodes: usize) -> usize {
        if self.is_kept_by_a_service() { 1 } else { nodes }
    }

    /// Returns the number of such calls in this many rotations without a retirement. From the second rotation on, the oldest
    /// credential is dropped by the service, by a change of its own, or, on hosts, in the same transaction.
    pub fn calls_of(self, rotations: usize, nodes: usize) -> usize {
        let changes = match self {
            Self::Fargate | Self::FargateRedis8 | Self::UpstashAcl => 2 * rotations - 1,
            _ => rotations,
        };
        changes * self.calls_per_change(nodes)
    }

    /// Returns the properties of its Redis that the settings do not determine.
    pub(crate) fn shape(self, topology: Topology) -> Shape {
        match self {
            Self::SelfHosted(set_up) => Shape { topology, set_up },
            _ => topology.into(),
        }
    }

    /// Returns the call that changes a credential.
    pub fn change(self) -> &'static str {
        match self {
            Self::ElasticacheAuth => "ModifyReplicationGroup",
            Self::ElasticacheUser | Self::ElasticacheServerless => "ModifyUser",
            Self::Fargate | Self::FargateRedis8 | Self::SelfHosted(_) => "ACL SETUSER",
            Self::UpstashAcl => "Rest ACL SETUSER",
            Self::UpstashReset => "ResetPassword",
        }
    }

    /// Returns the call that generates a new credential.
    pub fn generate(self) -> &'static str {
        match self {
            Self::UpstashAcl => "Rest ACL GENTOKEN",
            Self::UpstashReset => "GetDatabase",
            _ => "GetRandomPassword",
        }
    }

    /// Returns the call that logs in.
    pub fn login(self) -> &'static str {
        match self {
            Self::UpstashAcl | Self::UpstashReset => "Rest PING",
            _ => "Connect",
        }
    }

    /// Whether a credential has the length of a generated one, and only characters that are safe in a URL or, for Upstash, in
    /// an HTTP header.
    ///
    /// <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>
    pub fn is_well_formed(self, credential: &str) -> bool {
        match self {
            Self::UpstashAcl | Self::UpstashReset => {
                let text = credential.trim_end_matches('=');
                text.len() >= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c))
            }
            _ => credential.len() == 64 && credential.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
        }
    }
}

/// Returns the `backend` of an Upstash database, whose address and id the sandbox replaces by its own.
fn upstash(renewal: Value) -> Value {
    json!({ "type": "upstash", "endpoint": "orders.upstash.io", "renewal": renewal })
}

/// Returns the program of Redis 8 that `REDIS8_SERVER` names, if any.
pub(crate) fn redis_8() -> Option<&'static Path> {
    static REDIS_8: LazyLock<Option<PathBuf>> = LazyLock::new(|| std::env::var_os("REDIS8_SERVER").map(PathBuf::from));
    REDIS_8.as_deref()
}

/// Prints a line to the output of a test.
#[expect(clippy::print_stderr, reason = "a skipped test must say so in its output")]
pub fn tell(words: &str) {
    eprintln!("{words}");
}
