//! The events of ECS: tasks, services and deployments.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html>

use policy::Failure;
use serde::Deserialize;

use super::{
    envelope::Envelope,
    read::{read, refused},
    resource,
};

/// `ECS Task State Change`. The health of its containers is not in the event.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// The cluster's ARN.
    pub cluster_arn: Option<String>,
    /// The task's ARN.
    pub task_arn: Option<String>,
    /// What started it, as in `service:web` or `family:batch`. A task that was started by hand may have no group.
    pub group: Option<String>,
    /// The state that it is in.
    pub last_status: Option<String>,
    /// The state that it is to be in.
    pub desired_status: Option<String>,
    /// Why it stopped, as a code.
    pub stop_code: Option<String>,
    /// Why it stopped, as a sentence.
    pub stopped_reason: Option<String>,
    /// Where it runs: `FARGATE`, `EC2` or `EXTERNAL`.
    pub launch_type: Option<String>,
    /// The deployment that started it, if one did.
    pub started_by: Option<String>,
    /// The ARN of its definition.
    pub task_definition_arn: Option<String>,
    /// Its containers.
    #[serde(default)]
    pub containers: Vec<Container>,
    /// The count of its changes: of two events the one with the smaller version is older.
    pub version: Option<u64>,
    /// When it was created, in milliseconds since 1970.
    #[serde(rename = "createdAt", default, deserialize_with = "super::read::millis")]
    pub created_ms: Option<u64>,
    /// When its containers had started.
    #[serde(rename = "startedAt", default, deserialize_with = "super::read::millis")]
    pub started_ms: Option<u64>,
    /// When it was told to stop.
    #[serde(rename = "stoppingAt", default, deserialize_with = "super::read::millis")]
    pub stopping_ms: Option<u64>,
    /// When it had stopped.
    #[serde(rename = "stoppedAt", default, deserialize_with = "super::read::millis")]
    pub stopped_ms: Option<u64>,
}

/// A container of a task.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its name in the definition.
    pub name: Option<String>,
    /// The state that it is in.
    pub last_status: Option<String>,
    /// What its process returned, once it has ended.
    pub exit_code: Option<i64>,
    /// Why it ended or did not start, if ECS knows.
    pub reason: Option<String>,
    /// The image, as the definition names it.
    pub image: Option<String>,
    /// The digest of the image that runs.
    pub image_digest: Option<String>,
}

impl Task {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let task: Self = read(&envelope.detail, "detail")?;
        match task.cluster_arn {
            Some(_) => Ok(task),
            None => Err(refused("it has no `detail.clusterArn`")),
        }
    }

    /// The name of the service that it belongs to, if any.
    pub fn service(&self) -> Option<&str> {
        self.group.as_deref()?.strip_prefix("service:")
    }

    /// The ARN of the service that it belongs to, if any: the service's name is in the group, the rest in the cluster's
    /// ARN.
    ///
    /// # Errors
    /// Permanent if the ARN of the cluster is malformed.
    pub fn service_arn(&self) -> Result<Option<String>, Failure> {
        let Some(service) = self.service() else { return Ok(None) };
        let cluster = self.cluster_arn.as_deref().unwrap_or_default();
        let (place, cluster) = cluster
            .split_once(":cluster/")
            .ok_or_else(|| refused("its `detail.clusterArn` is not the ARN of a cluster"))?;
        Ok(Some(format!("{place}:service/{cluster}/{service}")))
    }

    /// Whether it runs, and is not about to stop.
    pub fn is_running(&self) -> bool {
        self.last_status.as_deref() == Some("RUNNING") && self.desired_status.as_deref() == Some("RUNNING")
    }
}

/// `ECS Service Action`: what ECS did or could not do for a service.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAction {
    /// The service's ARN.
    pub service_arn: String,
    /// The cluster's ARN.
    pub cluster_arn: Option<String>,
    /// `INFO`, `WARN` or `ERROR`.
    pub event_type: Option<String>,
    /// What happened, as in `SERVICE_TASK_START_IMPAIRED`.
    pub event_name: Option<String>,
    /// Why, if ECS says it.
    pub reason: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<u64>,
}

/// `ECS Deployment State Change`.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The service's ARN.
    pub service_arn: String,
    /// The deployment's id.
    pub deployment_id: Option<String>,
    /// `INFO` or `ERROR`.
    pub event_type: Option<String>,
    /// What became of it, as in `SERVICE_DEPLOYMENT_FAILED`.
    pub event_name: Option<String>,
    /// Why, as a sentence.
    pub reason: Option<String>,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ServiceDetail {
    cluster_arn: Option<String>,
    event_type: Option<String>,
    event_name: Option<String>,
    deployment_id: Option<String>,
    reason: Option<String>,
    #[serde(deserialize_with = "super::read::millis")]
    created_at: Option<u64>,
    #[serde(deserialize_with = "super::read::millis")]
    updated_at: Option<u64>,
}

impl ServiceAction {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let service_arn = resource::only(&envelope.resources)?;
        let detail = read::<Option<ServiceDetail>>(&envelope.detail, "detail")?.unwrap_or_default();
        let ServiceDetail { cluster_arn, event_type, event_name, reason, created_at, .. } = detail;
        Ok(Self { service_arn, cluster_arn, event_type, event_name, reason, at_ms: created_at.or(envelope.time) })
    }
}

impl Deployment {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let service_arn = resource::only(&envelope.resources)?;
        let detail = read::<Option<ServiceDetail>>(&envelope.detail, "detail")?.unwrap_or_default();
        let ServiceDetail { event_type, event_name, deployment_id, reason, updated_at, .. } = detail;
        Ok(Self { service_arn, deployment_id, event_type, event_name, reason, at_ms: updated_at.or(envelope.time) })
    }
}
