//! The flavours of Redis that a stage can have.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use sandbox::hosts::SetUp;
use serde_json::{Value, json};
use workload::{Shape, Topology};

/// The id of the user, where the flavour has one in ElastiCache, and its name in Upstash.
pub(crate) const USER_ID: &str = "orders-app";

/// The secret of whoever may renew the credential of a database of Upstash.
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
    /// Redis in one Fargate task: the machine's own.
    Fargate,
    /// Redis 8 in one Fargate task.
    FargateRedis8,
    /// A primary and a replica on hosts of their own, with a Sentinel, and this is where they keep who may log in.
    SelfHosted(SetUp),
    /// A database of Upstash, renewed by a second token of an ACL user.
    UpstashAcl,
    /// A database of Upstash, renewed by resets of its password: it never takes two.
    UpstashReset,
}

impl Flavour {
    /// Every flavour there is, on the machine's own Redis.
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
            Self::UpstashAcl => upstash(json!({ "by": "acl", "username": USER_ID, "admin_secret_id": RENEWAL_SECRET })),
            Self::UpstashReset => {
                upstash(json!({ "by": "reset", "database_id": "orders", "api_secret_id": RENEWAL_SECRET }))
            }
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
            Self::ElasticacheServerless
            | Self::Fargate
            | Self::FargateRedis8
            | Self::SelfHosted(_)
            | Self::UpstashAcl
            | Self::UpstashReset => &[Topology::Single { replicas: 1 }],
        }
    }

    /// Whether a service brings the nodes in step, and gives each credential one of two places.
    pub fn is_kept_by_a_service(self) -> bool {
        matches!(self, Self::ElasticacheAuth | Self::ElasticacheUser | Self::ElasticacheServerless)
    }

    /// Whether two credentials are accepted for a while: without that, nobody can be spared a refusal.
    pub fn has_overlap(self) -> bool {
        self != Self::UpstashReset
    }

    /// Whether a change is asked for once, whatever becomes of its answer; elsewhere asking again changes nothing.
    pub fn is_asked_once(self) -> bool {
        self.is_kept_by_a_service() || self == Self::UpstashReset
    }

    /// The key of the credential, where the secret has to be a JSON object.
    pub(crate) fn json_key(self) -> Option<&'static str> {
        matches!(self, Self::UpstashAcl | Self::UpstashReset).then_some("token")
    }

    /// How many calls make one change: one for a service, one a node otherwise.
    pub fn calls_per_change(self, nodes: usize) -> usize {
        if self.is_kept_by_a_service() { 1 } else { nodes }
    }

    /// How many such calls so many rotations make with no retirement between them: from the second on, the one before the
    /// previous one is pushed out by a service, taken away by a change of its own, or, on hosts, in a transaction.
    pub fn calls_of(self, rotations: usize, nodes: usize) -> usize {
        let changes = match self {
            Self::Fargate | Self::FargateRedis8 | Self::UpstashAcl => 2 * rotations - 1,
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
            Self::UpstashAcl => "Rest ACL SETUSER",
            Self::UpstashReset => "ResetPassword",
        }
    }

    /// The call whose answer holds a new credential.
    pub fn make(self) -> &'static str {
        match self {
            Self::UpstashAcl => "Rest ACL GENTOKEN",
            Self::UpstashReset => "GetDatabase",
            _ => "GetRandomPassword",
        }
    }

    /// The call that a login is.
    pub fn login(self) -> &'static str {
        match self {
            Self::UpstashAcl | Self::UpstashReset => "Rest PING",
            _ => "Connect",
        }
    }

    /// Whether a credential is as long as those that are made, and of nothing but what is safe where clients put it: in a
    /// URL, or, where Upstash makes it, in an HTTP header.
    ///
    /// <https://www.rfc-editor.org/rfc/rfc6750#section-2.1>
    pub fn is_well_made(self, credential: &str) -> bool {
        match self {
            Self::UpstashAcl | Self::UpstashReset => {
                let text = credential.trim_end_matches('=');
                text.len() >= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c))
            }
            _ => credential.len() == 64 && credential.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
        }
    }
}

/// The settings of a database, in which the sandbox puts its own address, and id, in place of these.
fn upstash(renewal: Value) -> Value {
    json!({ "type": "upstash", "endpoint": "orders.upstash.io", "renewal": renewal })
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
