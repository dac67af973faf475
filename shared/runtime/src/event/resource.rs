//! What events are about: resources, whose tag may name a target.

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

/// The one resource that an event is about.
pub(super) fn only(resources: &[String]) -> Result<String, Failure> {
    match resources {
        [arn] if arn.starts_with("arn:") => Ok(arn.clone()),
        _ => Err(refused("its `resources` is not the ARN of one resource")),
    }
}
