//! One task.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use jiff::Timestamp;
use nix::sys::signal::Signal;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{sync::watch, time::Instant};

use super::{
    definition::Definition,
    memory::Simulated,
    names::{cluster_arn, new_id, task_arn},
    service::{Registry, Service},
    store::seconds,
};
use crate::{
    chance,
    services::{ACCOUNT, REGION},
};

/// One task of a service.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) cluster: String,
    pub(super) service: String,
    pub(super) deployment: String,
    pub(super) definition: Arc<Definition>,
    pub(super) registries: Vec<Registry>,
    pub(super) last: LastStatus,
    pub(super) address: Option<Ipv4Addr>,
    pub(super) containers: Vec<Container>,
    pub(super) ending: Option<Ending>,
    pub(super) times: BTreeMap<&'static str, Timestamp>,
    pub(super) created: Timestamp,
    /// Whether the scheduler has counted its end.
    pub(super) counted: bool,
    /// Since when it is stopped.
    pub(super) stopped: Option<Instant>,
    /// Set when it must stop.
    pub(super) stop: watch::Sender<bool>,
    /// What its processes are sent by tests.
    pub(super) signals: watch::Sender<Option<Signal>>,
    interface: String,
    attachment: String,
    version: u64,
    /// The version of the last published event.
    told: u64,
}

/// The state of a container.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) health: Health,
    pub(super) exit_code: Option<i32>,
    pub(super) reason: Option<String>,
    /// What runs, if the container is in memory.
    pub(super) simulated: Option<Simulated>,
    id: String,
}

/// Why a task stops.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    pub(super) code: StopCode,
    pub(super) reason: String,
}

/// The stop code of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum StopCode {
    TaskFailedToStart,
    EssentialContainerExited,
    UserInitiated,
    ServiceSchedulerInitiated,
}

/// The last status of a task.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum LastStatus {
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Deprovisioning,
    Stopped,
}

/// The result of a health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Health {
    Healthy,
    Unknown,
    Unhealthy,
}

impl LastStatus {
    /// Whether it is on its way to `RUNNING`.
    pub(super) fn is_pending(self) -> bool {
        self < Self::Running
    }

    /// The status as ECS spells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Pending => "PENDING",
            Self::Activating => "ACTIVATING",
            Self::Running => "RUNNING",
            Self::Deactivating => "DEACTIVATING",
            Self::Stopping => "STOPPING",
            Self::Deprovisioning => "DEPROVISIONING",
            Self::Stopped => "STOPPED",
        }
    }
}

impl Task {
    /// A new task of the service's newest deployment.
    pub(super) fn new(service: &Service, now: Timestamp) -> Self {
        let definition = service.primary().definition.clone();
        let container =
            || Container { health: Health::Unknown, exit_code: None, reason: None, simulated: None, id: new_id() };
        Self {
            id: new_id(),
            cluster: service.cluster.clone(),
            service: service.name.clone(),
            deployment: service.primary().id.clone(),
            registries: service.registries.clone(),
            last: LastStatus::Provisioning,
            address: None,
            containers: definition.containers.iter().map(|_| container()).collect(),
            definition,
            ending: None,
            counted: false,
            times: BTreeMap::new(),
            created: now,
            stopped: None,
            stop: watch::Sender::new(false),
            signals: watch::Sender::default(),
            interface: format!("eni-{}", &new_id()[..17]),
            attachment: chance::uuid().to_string(),
            version: 1,
            told: 0,
        }
    }

    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        task_arn(&self.cluster, &self.id)
    }

    /// Changes the status.
    pub(super) fn reach(&mut self, status: LastStatus) {
        self.last = status;
        self.version += 1;
    }

    /// Records a time, once.
    pub(super) fn stamp(&mut self, what: &'static str, now: Timestamp) {
        self.times.entry(what).or_insert(now);
    }

    /// Tells it to stop. The first reason is kept.
    pub(super) fn end(&mut self, code: StopCode, reason: impl Into<String>, now: Timestamp) {
        if self.ending.is_none() {
            self.ending = Some(Ending { code, reason: reason.into() });
            self.version += 1;
            self.stamp("stoppingAt", now);
            self.stop.send_replace(true);
        }
    }

    /// Whether it should run.
    pub(super) fn is_wanted(&self) -> bool {
        self.ending.is_none()
    }

    /// Whether its containers run, or will.
    pub(super) fn occupies(&self) -> bool {
        self.last < LastStatus::Deprovisioning
    }

    /// Whether it serves, as far as ECS knows.
    pub(super) fn serves(&self) -> bool {
        self.last == LastStatus::Running && self.is_wanted() && (self.health() == Health::Healthy || !self.is_checked())
    }

    /// Whether a health check is defined.
    fn is_checked(&self) -> bool {
        self.definition.containers.iter().any(|container| container.is_checked())
    }

    /// The worst health of its essential containers that have a check.
    pub(super) fn health(&self) -> Health {
        let containers = self.definition.containers.iter().zip(&self.containers);
        let checked = containers.filter(|(definition, _)| definition.essential && definition.is_checked());
        checked.map(|(_, container)| container.health).max().unwrap_or(Health::Unknown)
    }

    /// Whether EventBridge has not been told of the task as it is now; it counts as told from here on.
    pub(super) fn take_news(&mut self) -> bool {
        std::mem::replace(&mut self.told, self.version) < self.version
    }

    /// The task as ECS answers it.
    pub(super) fn render(&self) -> Value {
        let mut task = json!({
            "taskArn": self.arn(),
            "clusterArn": cluster_arn(&self.cluster),
            "taskDefinitionArn": self.definition.arn,
            "group": format!("service:{}", self.service),
            "startedBy": self.deployment,
            "lastStatus": self.last,
            "desiredStatus": if self.is_wanted() { "RUNNING" } else { "STOPPED" },
            "healthStatus": self.health(),
            "launchType": "FARGATE",
            "platformVersion": "1.4.0",
            "platformFamily": "Linux",
            "availabilityZone": format!("{REGION}a"),
            "cpu": self.definition.cpu,
            "memory": self.definition.memory,
            "createdAt": seconds(self.created),
            "version": self.version,
            "attributes": [],
            "tags": [],
            "inferenceAccelerators": [],
            "overrides": { "containerOverrides": [], "inferenceAcceleratorOverrides": [] },
            "enableExecuteCommand": false,
            "attachments": [self.attachment()],
            "containers": self.containers(),
        });
        for (what, time) in &self.times {
            task[*what] = seconds(*time).into();
        }
        if self.last >= LastStatus::Running && self.times.contains_key("startedAt") {
            task["connectivity"] = "CONNECTED".into();
        }
        if let Some(ending) = &self.ending {
            task["stopCode"] = json!(ending.code);
            task["stoppedReason"] = ending.reason.as_str().into();
        }
        task
    }

    fn attachment(&self) -> Value {
        let mut details = vec![json!({ "name": "subnetId", "value": "subnet-0sandbox" })];
        if let Some(address) = self.address {
            details.push(json!({ "name": "networkInterfaceId", "value": self.interface }));
            details.push(json!({ "name": "privateIPv4Address", "value": address }));
        }
        let status = match self.last {
            LastStatus::Provisioning => "PRECREATED",
            LastStatus::Deprovisioning => "DELETING",
            LastStatus::Stopped => "DELETED",
            _ => "ATTACHED",
        };
        json!({ "id": self.attachment, "type": "ElasticNetworkInterface", "status": status, "details": details })
    }

    fn containers(&self) -> Value {
        let containers = self.definition.containers.iter().zip(&self.containers);
        let rendered = containers.map(|(definition, container)| {
            let status = match self.last {
                LastStatus::Provisioning | LastStatus::Pending => "PENDING",
                LastStatus::Deprovisioning | LastStatus::Stopped => "STOPPED",
                _ if container.exit_code.is_some() => "STOPPED",
                _ => "RUNNING",
            };
            let interfaces =
                self.address.map(|address| json!({ "attachmentId": self.attachment, "privateIpv4Address": address }));
            let mut rendered = json!({
                "containerArn": format!(
                    "arn:aws:ecs:{REGION}:{ACCOUNT}:container/{}/{}/{}", self.cluster, self.id, container.id
                ),
                "taskArn": self.arn(),
                "name": definition.name,
                "image": definition.image,
                "runtimeId": format!("{}-{}", self.id, &container.id[..10]),
                "lastStatus": status,
                "networkBindings": [],
                "networkInterfaces": Vec::from_iter(interfaces),
                "healthStatus": container.health,
                "cpu": "0",
            });
            if let Some(code) = container.exit_code {
                rendered["exitCode"] = code.into();
            }
            if let Some(reason) = &container.reason {
                rendered["reason"] = reason.as_str().into();
            }
            rendered
        });
        rendered.collect()
    }
}
