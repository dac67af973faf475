//! ARNs, and the short forms that calls accept.

use rand::RngExt;

use super::errors::invalid;
use crate::{
    chance,
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// The ARN of a cluster.
pub(super) fn cluster_arn(name: &str) -> String {
    arn(&format!("cluster/{name}"))
}

/// The ARN of a service.
pub(super) fn service_arn(cluster: &str, name: &str) -> String {
    arn(&format!("service/{cluster}/{name}"))
}

/// The ARN of a task.
pub(super) fn task_arn(cluster: &str, id: &str) -> String {
    arn(&format!("task/{cluster}/{id}"))
}

/// The ARN of a revision of a task definition.
pub(super) fn definition_arn(family: &str, revision: u32) -> String {
    arn(&format!("task-definition/{family}:{revision}"))
}

fn arn(resource: &str) -> String {
    format!("arn:aws:ecs:{REGION}:{ACCOUNT}:{resource}")
}

/// The resource that an ARN of this account names: `service/cluster/name`; `None` for what is no such ARN.
pub(super) fn resource(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:aws:ecs:")?.strip_prefix(REGION)?.strip_prefix(':')?.strip_prefix(ACCOUNT)?.strip_prefix(':')
}

/// The name or id within a cluster that a name or an ARN means.
pub(super) fn within<'a>(reference: &'a str, kind: &str, cluster: &str) -> Result<&'a str, AwsError> {
    if !reference.starts_with("arn:") {
        return Ok(reference);
    }
    let parts: Vec<&str> = resource(reference).unwrap_or_default().split('/').collect();
    match parts.as_slice() {
        [is, of, name] if *is == kind && *of == cluster => Ok(name),
        [is, of, _] if *is == kind => {
            Err(invalid(format!("Identifier is for cluster {of}. Your cluster is {cluster}")))
        }
        _ => Err(invalid(format!("Invalid identifier: {reference} names no {kind} of this account."))),
    }
}

/// Whether a name has from 1 to 255 letters, digits, hyphens and underscores.
pub(super) fn is_name(name: &str) -> bool {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    (1..=255).contains(&name.len()) && name.chars().all(legal)
}

/// A new id of 32 hexadecimal digits, as tasks have.
pub(super) fn new_id() -> String {
    chance::uuid().simple().to_string()
}

/// A new id of 19 digits, as deployments have.
pub(super) fn new_number() -> String {
    format!("{:019}", chance::rng().random_range(0..10_000_000_000_000_000_000_u64))
}
