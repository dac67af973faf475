//! The flavours of Redis, and where one is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_identifier, refused};
use crate::Failure;

/// A flavour of Redis, and where this one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Backend {
    /// An ElastiCache replication group with TLS and an AUTH token.
    ElasticacheAuth(ReplicationGroup),
    /// An ElastiCache user with a password (RBAC), on every cache that its user groups are on.
    ElasticacheUser(User),
    /// Redis in one Fargate task of an ECS service.
    Fargate(EcsService),
    /// Redis on hosts of your own.
    SelfHosted(Hosts),
}

impl Backend {
    /// The flavour, as the document spells it.
    pub fn flavour(&self) -> &'static str {
        match self {
            Self::ElasticacheAuth(_) => "elasticache-auth",
            Self::ElasticacheUser(_) => "elasticache-user",
            Self::Fargate(_) => "fargate",
            Self::SelfHosted(_) => "self-hosted",
        }
    }

    /// Refuses what no such backend can have.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self {
            Self::ElasticacheAuth(group) if !is_identifier(&group.replication_group_id, 40) => Err(refused(
                "`backend.replication_group_id`",
                "give the group's id, in lower case, at most 40 characters",
            )),
            // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
            Self::ElasticacheUser(user) if user.user_id.eq_ignore_ascii_case("default") => Err(refused(
                "`backend.user_id`",
                "ElastiCache lets nobody change the built-in user; make one of your own, named default if it must be, and \
                 put it into the user group instead",
            )),
            Self::ElasticacheUser(user) if !is_identifier(&user.user_id.to_ascii_lowercase(), 40) => {
                Err(refused("`backend.user_id`", "give the user's id: letters, digits and hyphens, first a letter"))
            }
            Self::SelfHosted(hosts) if hosts.nodes.is_empty() => {
                Err(refused("`backend.nodes`", "name at least one host"))
            }
            _ => Ok(()),
        }
    }
}

/// An ElastiCache replication group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicationGroup {
    /// The group's id in ElastiCache.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{0,39}$"))]
    pub replication_group_id: String,
}

/// An ElastiCache user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The user's id in ElastiCache, which need not be the name that it logs in with.
    #[schemars(regex(pattern = r"^[a-zA-Z][a-zA-Z0-9-]{0,39}$"))]
    pub user_id: String,
}

/// An ECS service whose one task is Redis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EcsService {
    /// The ECS cluster's name.
    pub cluster: String,
    /// The service's name.
    pub service: String,
    /// The name that clients connect to, as Cloud Map gives it.
    pub host: String,
    /// The port that clients connect to.
    #[serde(default = "redis_port")]
    pub port: u16,
}

/// Redis on hosts of your own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// Every node, primary and replicas.
    #[schemars(length(min = 1))]
    pub nodes: Vec<Host>,
}

/// One host that runs Redis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Its name or address.
    pub host: String,
    /// The port that Redis listens on.
    #[serde(default = "redis_port")]
    pub port: u16,
}

fn redis_port() -> u16 {
    6379
}
