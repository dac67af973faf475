//! One service and its deployments.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    definition::Definition,
    names::{cluster_arn, new_number, service_arn},
    store::seconds,
    tags,
    task::{LastStatus, Task},
};
use crate::{chance, services::eventbridge::Event};

/// How many events a service keeps.
const MOST_EVENTS: usize = 100;

/// One service. Its newest deployment stands first.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) cluster: String,
    pub(super) name: String,
    pub(super) status: Status,
    pub(super) desired: usize,
    pub(super) configuration: DeploymentConfiguration,
    pub(super) deployments: Vec<Deployment>,
    pub(super) registries: Vec<Registry>,
    pub(super) network: Value,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) created: Timestamp,
    pub(super) enable_execute_command: bool,
    /// The definition of the last completed deployment, to which a rollback returns.
    pub(super) completed: Option<Arc<Definition>>,
    pub(super) events: Vec<Value>,
    /// Whether the scheduler saw it steady.
    pub(super) steady: bool,
    /// Events that are not published yet.
    pub(super) untold: Vec<Event>,
}

/// The status of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Active,
    /// Deleted, with tasks that have not stopped yet.
    Draining,
    Inactive,
}

/// The registration of a service in Cloud Map.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Registry {
    pub(super) registry_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    container_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) container_port: Option<u16>,
}

/// The maximum and minimum number of tasks, in percent of the desired count.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeploymentConfiguration {
    #[serde(default = "two_hundred")]
    pub(super) maximum_percent: usize,
    #[serde(default = "one_hundred")]
    pub(super) minimum_healthy_percent: usize,
    #[serde(default)]
    pub(super) deployment_circuit_breaker: CircuitBreaker,
}

/// Whether a deployment whose tasks keep failing is stopped and rolled back.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CircuitBreaker {
    pub(super) enable: bool,
    pub(super) rollback: bool,
}

/// One deployment of a service.
#[derive(Debug)]
pub(super) struct Deployment {
    pub(super) id: String,
    pub(super) definition: Arc<Definition>,
    pub(super) rollout: Rollout,
    pub(super) failed_tasks: usize,
    /// No task is started before this time, because the last one failed.
    pub(super) held: Option<Instant>,
    created: Timestamp,
    updated: Timestamp,
}

/// The rollout state of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

fn two_hundred() -> usize {
    200
}

fn one_hundred() -> usize {
    100
}

impl Default for DeploymentConfiguration {
    fn default() -> Self {
        Self {
            maximum_percent: two_hundred(),
            minimum_healthy_percent: one_hundred(),
            deployment_circuit_breaker: CircuitBreaker::default(),
        }
    }
}

impl Deployment {
    /// A deployment that has no task yet.
    pub(super) fn new(definition: Arc<Definition>, now: Timestamp) -> Self {
        let id = format!("ecs-svc/{}", new_number());
        Self { id, definition, rollout: Rollout::InProgress, failed_tasks: 0, held: None, created: now, updated: now }
    }

    /// Changes the rollout state.
    pub(super) fn reach(&mut self, rollout: Rollout, now: Timestamp) {
        (self.rollout, self.updated) = (rollout, now);
    }

    /// The reason for its rollout state.
    pub(super) fn reason(&self) -> String {
        let id = &self.id;
        match self.rollout {
            Rollout::InProgress => format!("ECS deployment {id} in progress."),
            Rollout::Completed => format!("ECS deployment {id} completed."),
            Rollout::Failed => "ECS deployment circuit breaker: tasks failed to start.".to_owned(),
        }
    }

    /// The deployment as ECS answers it; `tasks` are those of the service.
    ///
    /// While there are several deployments, the desired count is what the scheduler has assigned so far: a new deployment begins
    /// with none, and the old one keeps its tasks until they are told to stop.
    fn render(&self, status: &str, service: &Service, tasks: &[&Task]) -> Value {
        let own = || tasks.iter().filter(|task| task.deployment == self.id);
        let desired = match service.deployments.len() {
            1 => service.desired,
            _ => own().filter(|task| task.is_wanted()).count(),
        };
        json!({
            "id": self.id,
            "status": status,
            "taskDefinition": self.definition.arn,
            "desiredCount": desired,
            "pendingCount": own().filter(|task| task.last.is_pending()).count(),
            "runningCount": own().filter(|task| task.last == LastStatus::Running).count(),
            "failedTasks": self.failed_tasks,
            "createdAt": seconds(self.created),
            "updatedAt": seconds(self.updated),
            "launchType": "FARGATE",
            "platformVersion": "1.4.0",
            "platformFamily": "Linux",
            "networkConfiguration": service.network,
            "rolloutState": self.rollout,
            "rolloutStateReason": self.reason(),
        })
    }
}

impl Service {
    /// The deployment that new tasks belong to.
    pub(super) fn primary(&self) -> &Deployment {
        self.deployments.first().expect("a service has a deployment")
    }

    /// The deployment that new tasks belong to.
    pub(super) fn primary_mut(&mut self) -> &mut Deployment {
        self.deployments.first_mut().expect("a service has a deployment")
    }

    /// Begins a deployment of this definition.
    pub(super) fn deploy(&mut self, definition: Arc<Definition>, now: Timestamp) {
        self.deployments.insert(0, Deployment::new(definition, now));
        self.steady = false;
        self.say_of_deployment(Rollout::InProgress, now);
    }

    /// Adds an event, the newest first.
    pub(super) fn note(&mut self, what: &str, now: Timestamp) {
        let message = format!("(service {}) {what}", self.name);
        self.events
            .insert(0, json!({ "id": chance::uuid().to_string(), "createdAt": seconds(now), "message": message }));
        self.events.truncate(MOST_EVENTS);
    }

    /// The service as ECS answers it; `tasks` are those of the service.
    pub(super) fn render(&self, tasks: &[&Task], with_tags: bool) -> Value {
        let deployments = self.deployments.iter().enumerate();
        let status = |place| if place == 0 { "PRIMARY" } else { "ACTIVE" };
        let deployments: Vec<_> = deployments.map(|(place, one)| one.render(status(place), self, tasks)).collect();
        let gone = self.status == Status::Inactive;
        json!({
            "serviceArn": service_arn(&self.cluster, &self.name),
            "serviceName": self.name,
            "clusterArn": cluster_arn(&self.cluster),
            "loadBalancers": [],
            "serviceRegistries": self.registries,
            "status": self.status,
            "desiredCount": self.desired,
            "runningCount": tasks.iter().filter(|task| task.last == LastStatus::Running).count(),
            "pendingCount": tasks.iter().filter(|task| task.last.is_pending()).count(),
            "launchType": "FARGATE",
            "platformVersion": "LATEST",
            "platformFamily": "Linux",
            "taskDefinition": self.primary().definition.arn,
            "deploymentConfiguration": self.configuration,
            "deployments": if gone { Vec::new() } else { deployments },
            "events": self.events,
            "createdAt": seconds(self.created),
            "placementConstraints": [],
            "placementStrategy": [],
            "networkConfiguration": self.network,
            "schedulingStrategy": "REPLICA",
            "deploymentController": { "type": "ECS" },
            "tags": if with_tags { tags::render(&self.tags) } else { json!([]) },
            "enableECSManagedTags": false,
            "propagateTags": "NONE",
            "enableExecuteCommand": self.enable_execute_command,
            "availabilityZoneRebalancing": "DISABLED",
        })
    }
}
