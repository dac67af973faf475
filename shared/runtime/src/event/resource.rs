//! What events are about: resources, whose tag may name a target.

use std::fmt;

use policy::Failure;

use super::read::refused;

/// A resource to which something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A secret of Secrets Manager, by ARN.
    Secret(String),
    /// A parameter of Parameter Store, by name.
    Parameter(String),
    /// An ECS service, by ARN.
    Service(String),
    /// A replication group of ElastiCache, by ARN.
    ReplicationGroup(String),
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(arn) => write!(f, "the secret {arn}"),
            Self::Parameter(name) => write!(f, "the parameter {name}"),
            Self::Service(arn) => write!(f, "the ECS service {arn}"),
            Self::ReplicationGroup(arn) => write!(f, "the replication group {arn}"),
        }
    }
}

/// The one resource that an event is about.
pub(super) fn only(resources: &[String]) -> Result<String, Failure> {
    match resources {
        [arn] if arn.starts_with("arn:") => Ok(arn.clone()),
        _ => Err(refused("its `resources` is not the ARN of one resource")),
    }
}
