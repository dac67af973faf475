//! `RegisterTaskDefinition`, `DescribeTaskDefinition`.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    check,
    errors::invalid,
    names::definition_arn,
    store::{State, seconds},
    tags::{self, Tag},
};
use crate::wire::{Answer, AwsError, Call};

/// A revision of a task definition. It never changes.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) arn: String,
    pub(super) family: String,
    pub(super) revision: u32,
    pub(super) cpu: String,
    pub(super) memory: String,
    pub(super) containers: Vec<ContainerDefinition>,
    pub(super) volumes: Vec<Volume>,
    /// All of it, as `DescribeTaskDefinition` answers it.
    rendered: Value,
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RegisterTaskDefinition {
    pub(super) family: String,
    task_role_arn: Option<String>,
    pub(super) execution_role_arn: Option<String>,
    pub(super) network_mode: Option<String>,
    pub(super) container_definitions: Vec<ContainerDefinition>,
    #[serde(default)]
    pub(super) volumes: Vec<Volume>,
    #[serde(default)]
    pub(super) requires_compatibilities: Vec<String>,
    pub(super) cpu: Option<String>,
    pub(super) memory: Option<String>,
    tags: Option<Vec<Tag>>,
    runtime_platform: Option<Value>,
}

/// What a container is, as far as the sandbox runs it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ContainerDefinition {
    pub(super) name: String,
    pub(super) image: String,
    #[serde(default = "yes")]
    pub(super) essential: bool,
    #[serde(default)]
    pub(super) entry_point: Vec<String>,
    #[serde(default)]
    pub(super) command: Vec<String>,
    #[serde(default)]
    pub(super) environment: Vec<Variable>,
    #[serde(default)]
    pub(super) secrets: Vec<Secret>,
    #[serde(default)]
    pub(super) mount_points: Vec<MountPoint>,
    pub(super) stop_timeout: Option<u32>,
    pub(super) health_check: Option<HealthCheck>,
    // Kept and answered; they change nothing here.
    #[serde(default, rename = "portMappings")]
    _port_mappings: Vec<PortMapping>,
    #[serde(rename = "cpu")]
    _cpu: Option<u32>,
    #[serde(rename = "memory")]
    _memory: Option<u32>,
    #[serde(rename = "memoryReservation")]
    _memory_reservation: Option<u32>,
    #[serde(rename = "logConfiguration")]
    _log_configuration: Option<Value>,
    #[serde(rename = "linuxParameters")]
    _linux_parameters: Option<Value>,
    #[serde(rename = "readonlyRootFilesystem")]
    _readonly_root_filesystem: Option<bool>,
    #[serde(rename = "user")]
    _user: Option<String>,
    #[serde(rename = "versionConsistency")]
    _version_consistency: Option<String>,
}

/// A port of a container.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PortMapping {
    #[serde(rename = "containerPort")]
    _container_port: u16,
    #[serde(rename = "hostPort")]
    _host_port: Option<u16>,
    #[serde(rename = "protocol")]
    _protocol: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "appProtocol")]
    _app_protocol: Option<String>,
}

/// A variable of a container's environment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: String,
}

/// A variable whose value is read when a task starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) value_from: String,
}

/// Where a container sees a volume.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MountPoint {
    pub(super) source_volume: String,
    pub(super) container_path: String,
    #[serde(rename = "readOnly")]
    _read_only: Option<bool>,
}

/// How a container is asked whether it is well; times in seconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct HealthCheck {
    pub(super) command: Vec<String>,
    #[serde(default = "thirty")]
    pub(super) interval: u32,
    #[serde(default = "five")]
    pub(super) timeout: u32,
    #[serde(default = "three")]
    pub(super) retries: u32,
    #[serde(default)]
    pub(super) start_period: u32,
}

/// A folder that containers can mount.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Volume {
    pub(super) name: String,
    pub(super) efs_volume_configuration: Option<Efs>,
}

/// A file system that outlives every task.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Efs {
    pub(super) file_system_id: String,
    pub(super) root_directory: Option<String>,
    #[serde(rename = "transitEncryption")]
    _transit_encryption: Option<String>,
    #[serde(rename = "transitEncryptionPort")]
    _transit_encryption_port: Option<u16>,
    #[serde(rename = "authorizationConfig")]
    _authorization_config: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DescribeTaskDefinition {
    task_definition: String,
    include: Option<Vec<String>>,
}

impl ContainerDefinition {
    /// Whether it has a health check.
    pub(super) fn is_checked(&self) -> bool {
        self.health_check.as_ref().is_some_and(|check| check.command != ["NONE"])
    }
}

fn yes() -> bool {
    true
}

fn thirty() -> u32 {
    30
}

fn five() -> u32 {
    5
}

fn three() -> u32 {
    3
}

/// Keeps a new revision of a family.
pub(super) fn register(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: RegisterTaskDefinition = call.input()?;
    check::definition(&input)?;
    let tags = tags::with(&BTreeMap::new(), input.tags.unwrap_or_default())?;
    let revisions = state.definitions.entry(input.family.clone()).or_default();
    let revision = revisions.last().map_or(1, |last| last.revision + 1);
    let arn = definition_arn(&input.family, revision);
    let mut rendered = json!({
        "taskDefinitionArn": arn,
        "family": input.family,
        "revision": revision,
        "status": "ACTIVE",
        "networkMode": input.network_mode,
        "containerDefinitions": containers(&call.input["containerDefinitions"]),
        "volumes": call.input.get("volumes").cloned().unwrap_or_else(|| json!([])),
        "placementConstraints": [],
        "compatibilities": ["EC2", "FARGATE"],
        "requiresCompatibilities": input.requires_compatibilities,
        "cpu": input.cpu,
        "memory": input.memory,
        "registeredAt": seconds(now),
        "registeredBy": format!("arn:aws:iam::{}:root", crate::services::ACCOUNT),
    });
    let optional = [("taskRoleArn", input.task_role_arn), ("executionRoleArn", input.execution_role_arn)];
    for (name, value) in optional {
        rendered.as_object_mut().expect("it is an object").extend(value.map(|value| (name.to_owned(), value.into())));
    }
    if let Some(platform) = input.runtime_platform {
        rendered["runtimePlatform"] = platform;
    }
    let definition = Arc::new(Definition {
        arn,
        family: input.family,
        revision,
        cpu: input.cpu.unwrap_or_default(),
        memory: input.memory.unwrap_or_default(),
        containers: input.container_definitions,
        volumes: input.volumes,
        rendered,
        tags,
    });
    revisions.push(definition.clone());
    Ok(Answer::json(json!({ "taskDefinition": definition.rendered, "tags": tags::render(&definition.tags) })))
}

/// The containers as they were given, with what ECS adds.
fn containers(given: &Value) -> Value {
    let mut containers = given.clone();
    for container in containers.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        container.entry("cpu").or_insert(json!(0));
        container.entry("essential").or_insert(json!(true));
        for list in ["portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"] {
            container.entry(list).or_insert(json!([]));
        }
    }
    containers
}

/// Describes a revision: the latest where none is named.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DescribeTaskDefinition = call.input()?;
    let definition = state.definition(&input.task_definition)?;
    let mut answer = json!({ "taskDefinition": definition.rendered });
    match input.include.unwrap_or_default().as_slice() {
        [] => {}
        [what] if what == "TAGS" => answer["tags"] = tags::render(&definition.tags),
        _ => return Err(invalid("include must be TAGS.")),
    }
    Ok(Answer::json(answer))
}
