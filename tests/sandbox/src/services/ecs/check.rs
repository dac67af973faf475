//! What a task definition may be.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>

use std::collections::BTreeSet;

use super::{
    container::is_redis,
    definition::{ContainerDefinition, HealthCheck, RegisterTaskDefinition},
    errors::{client, invalid},
    names::is_name,
};
use crate::wire::AwsError;

/// Refuses what ECS refuses, and what the sandbox cannot run.
pub(super) fn definition(input: &RegisterTaskDefinition) -> Result<(), AwsError> {
    if !is_name(&input.family) {
        return Err(client("Family contains invalid characters."));
    }
    if input.requires_compatibilities != ["FARGATE"] {
        return Err(client("The sandbox runs FARGATE only: requiresCompatibilities must say so."));
    }
    if input.network_mode.as_deref() != Some("awsvpc") {
        return Err(client("Fargate only supports network mode ‘awsvpc’."));
    }
    size(input.cpu.as_deref(), input.memory.as_deref())?;
    let containers = &input.container_definitions;
    if !containers.iter().any(|container| container.essential) {
        return Err(client("At least one container in the task definition must be essential."));
    }
    if containers.iter().map(|container| &container.name).collect::<BTreeSet<_>>().len() < containers.len() {
        return Err(client("Container names must be unique."));
    }
    containers.iter().try_for_each(|one| container(one, input))
}

/// Refuses a size that Fargate does not have.
fn size(cpu: Option<&str>, memory: Option<&str>) -> Result<(), AwsError> {
    let (Some(cpu), Some(memory)) = (cpu, memory) else {
        return Err(client("Fargate requires that 'cpu' and 'memory' be defined at the task level."));
    };
    let memory: u32 = memory.parse().unwrap_or_default();
    let fits = match cpu {
        "256" => [512, 1024, 2048].contains(&memory),
        "512" => (1024..=4096).contains(&memory),
        "1024" => (2048..=8192).contains(&memory),
        "2048" => (4096..=16_384).contains(&memory),
        "4096" => (8192..=30_720).contains(&memory),
        _ => false,
    };
    let whole = memory == 512 || memory.is_multiple_of(1024);
    if fits && whole { Ok(()) } else { Err(client("No Fargate configuration exists for given values.")) }
}

fn container(container: &ContainerDefinition, input: &RegisterTaskDefinition) -> Result<(), AwsError> {
    if !is_name(&container.name) {
        return Err(client("Container name contains invalid characters."));
    }
    if container.image.is_empty() {
        return Err(client("Container.image should not be null or empty."));
    }
    if !container.secrets.is_empty() && input.execution_role_arn.is_none() {
        return Err(client(
            "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
        ));
    }
    let mut names: BTreeSet<&str> = container.environment.iter().map(|variable| variable.name.as_str()).collect();
    if let Some(secret) = container.secrets.iter().find(|secret| !names.insert(&secret.name)) {
        return Err(client(format!(
            "The secret name must be unique and not shared with any new or existing environment variables set on the \
             container, such as '{}'.",
            secret.name
        )));
    }
    for mount in &container.mount_points {
        if !input.volumes.iter().any(|volume| volume.name == mount.source_volume) {
            return Err(client(format!("Unknown volume '{}'.", mount.source_volume)));
        }
        if !mount.container_path.starts_with('/') {
            return Err(client("A container path must be absolute."));
        }
    }
    if container.stop_timeout.is_some_and(|seconds| !(2..=120).contains(&seconds)) {
        return Err(client("stopTimeout must be from 2 to 120 seconds on Fargate."));
    }
    let none = container.command.is_empty() && container.entry_point.is_empty();
    if none && !is_redis(&container.image) {
        return Err(client(format!("The sandbox has no images: {} needs a command.", container.image)));
    }
    container.health_check.as_ref().map_or(Ok(()), health_check)
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html>
fn health_check(check: &HealthCheck) -> Result<(), AwsError> {
    match check.command.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["NONE"] | ["CMD", _, ..] | ["CMD-SHELL", _] => {}
        _ => return Err(invalid("A health check's command starts with CMD or CMD-SHELL, or is NONE.")),
    }
    let ranges = [
        ("interval", check.interval, 5..=300),
        ("timeout", check.timeout, 2..=120),
        ("retries", check.retries, 1..=10),
        ("startPeriod", check.start_period, 0..=300),
    ];
    match ranges.into_iter().find(|(_, value, range)| !range.contains(value)) {
        None => Ok(()),
        Some((name, _, range)) => {
            Err(invalid(format!("A health check's {name} is from {} to {}.", range.start(), range.end())))
        }
    }
}
