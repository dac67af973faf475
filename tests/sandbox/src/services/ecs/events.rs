//! The events of tasks, services and deployments.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    names::{cluster_arn, service_arn},
    service::{Rollout, Service},
    store::{Cluster, State},
    task::Task,
};
use crate::{clock, services::eventbridge::Event};

/// What of a task is in its event as it is in an answer. Health is not: one has to ask for it.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html>
const OF_A_TASK: [&str; 19] = [
    "availabilityZone",
    "clusterArn",
    "connectivity",
    "cpu",
    "desiredStatus",
    "enableExecuteCommand",
    "group",
    "lastStatus",
    "launchType",
    "memory",
    "overrides",
    "platformVersion",
    "startedBy",
    "stopCode",
    "stoppedReason",
    "taskArn",
    "taskDefinitionArn",
    "version",
    "attachments",
];

/// The same of a container.
const OF_A_CONTAINER: [&str; 10] = [
    "containerArn",
    "cpu",
    "exitCode",
    "image",
    "lastStatus",
    "name",
    "networkInterfaces",
    "reason",
    "runtimeId",
    "taskArn",
];

/// Takes the unpublished events, those of services first.
pub(super) fn take(state: &mut State) -> Vec<Event> {
    let mut events = Vec::new();
    for Cluster { services, tasks, .. } in state.clusters.values_mut() {
        events.extend(services.values_mut().flat_map(|service| std::mem::take(&mut service.untold)));
        let now = clock::now();
        events.extend(tasks.iter_mut().filter_map(|task| task.take_news().then(|| task.event(now))));
    }
    events
}

impl Service {
    /// Adds an `ECS Service Action`.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html>
    pub(super) fn say(&mut self, kind: &str, name: &str, now: Timestamp) {
        let cluster = cluster_arn(&self.cluster);
        let detail = json!({ "eventType": kind, "eventName": name, "clusterArn": cluster, "createdAt": time(now) });
        self.tell("ECS Service Action", detail);
    }

    /// Adds an `ECS Deployment State Change` of the newest deployment.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html>
    pub(super) fn say_of_deployment(&mut self, rollout: Rollout, now: Timestamp) {
        let (kind, name) = match rollout {
            Rollout::InProgress => ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS"),
            Rollout::Completed => ("INFO", "SERVICE_DEPLOYMENT_COMPLETED"),
            Rollout::Failed => ("ERROR", "SERVICE_DEPLOYMENT_FAILED"),
        };
        let detail = json!({
            "eventType": kind,
            "eventName": name,
            "deploymentId": self.primary().id,
            "updatedAt": time(now),
            "reason": self.primary().reason(),
        });
        self.tell("ECS Deployment State Change", detail);
    }

    fn tell(&mut self, detail_type: &'static str, detail: Value) {
        let resources = vec![service_arn(&self.cluster, &self.name)];
        self.untold.push(Event { source: super::SOURCE, detail_type, resources, detail });
    }
}

impl Task {
    /// The `ECS Task State Change` of the current state.
    fn event(&self, now: Timestamp) -> Event {
        let task = self.render();
        let mut detail = kept(&task, &OF_A_TASK);
        let containers = task["containers"].as_array().into_iter().flatten();
        detail["containers"] = containers.map(|container| kept(container, &OF_A_CONTAINER)).collect();
        for attachment in detail["attachments"].as_array_mut().into_iter().flatten() {
            attachment["type"] = "eni".into();
        }
        detail["createdAt"] = time(self.created).into();
        detail["updatedAt"] = time(now).into();
        for (what, at) in &self.times {
            detail[*what] = time(*at).into();
        }
        let resources = vec![self.arn()];
        Event { source: super::SOURCE, detail_type: "ECS Task State Change", resources, detail }
    }
}

fn kept(all: &Value, names: &[&str]) -> Value {
    let found = names.iter().filter_map(|name| Some(((*name).to_owned(), all.get(name)?.clone())));
    Value::Object(found.collect())
}

/// A time as events have it.
fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
