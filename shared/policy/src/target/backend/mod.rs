//! The flavours of Redis, one file each, and where a target is.

mod defaults;
mod elasticache;
mod fargate;
mod self_hosted;
mod upstash;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Failure;

pub use elasticache::{ReplicationGroup, ServerlessUser, User};
pub use fargate::EcsService;
pub use self_hosted::{Host, Hosts, Sentinel, SentinelNode};
pub use upstash::{AclUser, Database, Renewal, Reset};

/// A flavour of Redis, and where this one is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Backend {
    /// An ElastiCache replication group with TLS and an AUTH token.
    ElasticacheAuth(ReplicationGroup),
    /// An ElastiCache user with a password (RBAC), on every cache that its user groups are on.
    ElasticacheUser(User),
    /// An ElastiCache Serverless cache, and the user with a password that logs in to it.
    ElasticacheServerless(ServerlessUser),
    /// Redis in one Fargate task of an ECS service.
    Fargate(EcsService),
    /// Redis on your own hosts.
    SelfHosted(Hosts),
    /// An Upstash database.
    Upstash(Database),
}

impl Backend {
    /// The flavour, as the document spells it.
    pub fn flavour(&self) -> &'static str {
        match self {
            Self::ElasticacheAuth(_) => "elasticache-auth",
            Self::ElasticacheUser(_) => "elasticache-user",
            Self::ElasticacheServerless(_) => "elasticache-serverless",
            Self::Fargate(_) => "fargate",
            Self::SelfHosted(_) => "self-hosted",
            Self::Upstash(_) => "upstash",
        }
    }

    /// Refuses what the backend cannot have.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self {
            Self::ElasticacheAuth(group) => group.check(),
            Self::ElasticacheUser(user) => user.check(),
            Self::ElasticacheServerless(user) => user.check(),
            Self::Fargate(service) => service.check(),
            Self::SelfHosted(hosts) => hosts.check(),
            Self::Upstash(database) => database.check(),
        }
    }
}
