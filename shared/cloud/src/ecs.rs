//! ECS: services and their tasks.

use std::collections::HashMap;

use aws_sdk_ecs::{
    Client,
    config::{Builder, retry::RetryConfig},
    types::{
        Deployment as SdkDeployment, DeploymentControllerType, DeploymentRolloutState, DesiredStatus,
        Service as SdkService, ServiceEvent, StabilityStatus, Task as SdkTask, TaskSet,
    },
};
use aws_smithy_types::DateTime;
use policy::{Failure, consumers::Progress};

use crate::{CallError, classify::classify};

/// How many tasks can be described at once.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html>
const MOST_AT_ONCE: usize = 100;

/// What a service says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// `ACTIVE`, `DRAINING` or `INACTIVE`.
    pub status: String,
    /// How many tasks it should have.
    pub desired: i32,
    /// How many run.
    pub running: i32,
    /// How many are on their way.
    pub pending: i32,
    /// Who deploys it, if not ECS: `CODE_DEPLOY` or `EXTERNAL`. It has task sets then, and no deployments.
    pub deployed_by: Option<String>,
    /// Whether every task set has as many tasks as it should have. A service that ECS deploys has none.
    pub task_sets_are_steady: bool,
    /// How many deployments it has: more than one while it replaces tasks.
    pub deployments: usize,
    /// The newest of them.
    pub newest: Option<Deployment>,
    /// When ECS last gave a deployment up, as far as the service's events go back, which is a hundred of them.
    pub gave_up: Option<DateTime>,
}

/// One deployment of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// How far it is; a service that does not say so is judged by its numbers.
    pub progress: Progress,
    /// When it was created.
    pub created: Option<DateTime>,
}

impl Service {
    /// Whether nothing is on its way: one deployment, complete, or task sets that are steady, and as many tasks as there should be.
    pub fn is_steady(&self) -> bool {
        let completed = self.newest.is_none_or(|newest| newest.progress == Progress::Completed);
        let deployed = match self.deployed_by {
            None => completed && self.deployments == 1,
            Some(_) => self.task_sets_are_steady,
        };
        deployed && self.pending == 0 && self.running == self.desired
    }

    fn of(found: SdkService) -> Self {
        let deployments = found.deployments();
        let newest = deployments.iter().find(|deployment| deployment.status() == Some("PRIMARY"));
        let controller = found.deployment_controller().map(|controller| controller.r#type());
        let stability = found.task_sets().iter().map(TaskSet::stability_status);
        Self {
            newest: newest.map(deployment),
            gave_up: gave_up(found.events()),
            deployments: deployments.len(),
            deployed_by: controller
                .filter(|controller| **controller != DeploymentControllerType::Ecs)
                .map(|controller| controller.as_str().to_owned()),
            task_sets_are_steady: stability.into_iter().all(|status| status == Some(&StabilityStatus::SteadyState)),
            desired: found.desired_count,
            running: found.running_count,
            pending: found.pending_count,
            status: found.status.unwrap_or_default(),
        }
    }
}

/// One task of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its ARN.
    pub arn: String,
    /// Its state: `RUNNING` is the one in which it serves.
    pub last_status: String,
    /// When it was created: what it was given, it was given after that.
    pub created: Option<DateTime>,
    /// When its containers had started: what it was given, it was given before that.
    pub started: Option<DateTime>,
    /// The private IPv4 address of its network interface, once it has one.
    pub address: Option<String>,
    /// The memory that it may use, in MiB.
    pub memory_mib: Option<u64>,
}

/// Describes a service.
///
/// # Errors
/// Permanent if the service or the cluster does not exist, or it is not active.
///
/// # Permissions
/// `ecs:DescribeServices`
pub async fn service(client: &Client, cluster: &str, service: &str) -> Result<Service, Failure> {
    let doing = format!("describe the service {service} of the cluster {cluster}");
    let answer = client.describe_services().cluster(cluster).services(service).send().await;
    let answer = answer.map_err(|error| classify(&doing, &error))?;
    // A service that is not there is no error of the call: it is among the failures.
    let Some(found) = answer.services.unwrap_or_default().into_iter().next() else {
        let why = answer.failures.unwrap_or_default().into_iter().find_map(|failure| failure.reason);
        let why = why.unwrap_or_else(|| "the answer is empty".to_owned());
        return Err(Failure::permanent(format!("cannot {doing}: {why}")));
    };
    Ok(Service::of(found))
}

fn deployment(deployment: &SdkDeployment) -> Deployment {
    let progress = match deployment.rollout_state() {
        Some(DeploymentRolloutState::Failed) => Progress::Failed,
        None | Some(DeploymentRolloutState::Completed) => Progress::Completed,
        Some(_) => Progress::InProgress,
    };
    Deployment { progress, created: deployment.created_at }
}

/// A service that is rolled back shows the deployment that it went back to; that there was another one, only its events say.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
fn gave_up(events: &[ServiceEvent]) -> Option<DateTime> {
    let says_so =
        |event: &&ServiceEvent| event.message().is_some_and(|message| message.contains(" deployment failed:"));
    events.iter().filter(says_so).filter_map(|event| event.created_at).max()
}

/// Lists the tasks of a service that should be running, whatever they are doing at the moment.
///
/// # Errors
/// Permanent if the service or the cluster does not exist.
///
/// # Permissions
/// `ecs:ListTasks`, `ecs:DescribeTasks`
pub async fn tasks(client: &Client, cluster: &str, service: &str) -> Result<Vec<Task>, Failure> {
    list(client, cluster, service, DesiredStatus::Running).await
}

/// Lists the tasks of a service that were told to stop, and whose containers still run: up to `stopTimeout` seconds.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
///
/// # Errors
/// As [`tasks`].
///
/// # Permissions
/// `ecs:ListTasks`, `ecs:DescribeTasks`
pub async fn draining(client: &Client, cluster: &str, service: &str) -> Result<Vec<Task>, Failure> {
    let told = list(client, cluster, service, DesiredStatus::Stopped).await?;
    let runs = |task: &Task| ["RUNNING", "DEACTIVATING", "STOPPING"].contains(&task.last_status.as_str());
    Ok(told.into_iter().filter(runs).collect())
}

async fn list(client: &Client, cluster: &str, service: &str, desired: DesiredStatus) -> Result<Vec<Task>, Failure> {
    let doing = format!("list the tasks of the service {service} of the cluster {cluster}");
    let pages = client.list_tasks().cluster(cluster).service_name(service).desired_status(desired);
    let mut pages = pages.into_paginator().items().send();
    let mut arns = Vec::new();
    while let Some(arn) = pages.next().await.transpose().map_err(|error| classify(&doing, &error))? {
        arns.push(arn);
    }
    let mut tasks = Vec::new();
    for some in arns.chunks(MOST_AT_ONCE) {
        let answer = client.describe_tasks().cluster(cluster).set_tasks(Some(some.to_vec())).send().await;
        let answer = answer.map_err(|error| classify(&doing, &error))?;
        // A task that has gone since it was listed is among the failures: it is no task of the service any more.
        tasks.extend(answer.tasks.unwrap_or_default().into_iter().map(task));
    }
    Ok(tasks)
}

fn task(task: SdkTask) -> Task {
    let details = task.attachments().iter().filter(|attachment| attachment.r#type() == Some("ElasticNetworkInterface"));
    let mut details = details.flat_map(|attachment| attachment.details());
    let address = details.find(|detail| detail.name() == Some("privateIPv4Address")).and_then(|detail| detail.value());
    Task {
        address: address.map(str::to_owned),
        memory_mib: task.memory.as_deref().and_then(|mib| mib.parse().ok()),
        arn: task.task_arn.unwrap_or_default(),
        last_status: task.last_status.unwrap_or_default(),
        created: task.created_at,
        started: task.started_at,
    }
}

/// Begins a deployment of a service with what it has: every task is replaced, and reads its secrets and parameters anew.
///
/// It is sent once: a second one, after an answer that was lost, would replace every task again.
///
/// # Errors
/// Permanent if the service does not exist, is not active, or is deployed by something other than ECS. An error whose effect is
/// unknown (see [`CallError::effect`]) must be followed by a look, not by another call.
///
/// # Repeating
/// Do not: look first.
///
/// # Permissions
/// `ecs:UpdateService`
pub async fn deploy(client: &Client, cluster: &str, service: &str) -> Result<(), CallError> {
    client
        .update_service()
        .cluster(cluster)
        .service(service)
        .force_new_deployment(true)
        .customize()
        .config_override(Builder::new().retry_config(RetryConfig::disabled()))
        .send()
        .await
        .map_err(|error| classify(&format!("deploy the service {service} of the cluster {cluster} anew"), &error))?;
    Ok(())
}

/// Reads the tags of a service.
///
/// # Errors
/// Permanent if it does not exist (`ServiceNotFoundException`).
///
/// # Permissions
/// `ecs:ListTagsForResource`
pub async fn tags(client: &Client, arn: &str) -> Result<HashMap<String, String>, CallError> {
    let answer = client.list_tags_for_resource().resource_arn(arn).send().await;
    let answer = answer.map_err(|error| classify(&format!("read the tags of {arn}"), &error))?;
    let tags = answer.tags.unwrap_or_default().into_iter();
    Ok(tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect())
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::DeploymentController;

    use super::*;

    /// A service with as many tasks as it should have, that `CODE_DEPLOY` deploys: ECS shows task sets, and no deployment.
    fn of_code_deploy(sets: &[StabilityStatus]) -> Service {
        let controller = DeploymentController::builder().r#type(DeploymentControllerType::CodeDeploy).build().unwrap();
        let sets = sets.iter().map(|status| TaskSet::builder().stability_status(status.clone()).build()).collect();
        let service = SdkService::builder().deployment_controller(controller).set_task_sets(Some(sets));
        Service::of(service.desired_count(2).running_count(2).build())
    }

    #[test]
    fn a_service_that_code_deploy_deploys_is_steady_once_its_task_sets_are() {
        let steady = of_code_deploy(&[StabilityStatus::SteadyState]);
        assert_eq!((steady.deployed_by.as_deref(), steady.is_steady()), (Some("CODE_DEPLOY"), true));
        let replacing = of_code_deploy(&[StabilityStatus::SteadyState, StabilityStatus::Stabilizing]);
        assert!(!replacing.is_steady());
    }

    #[test]
    fn a_service_that_ecs_deploys_is_not_steady_without_a_deployment() {
        let service = Service::of(SdkService::builder().desired_count(2).running_count(2).build());
        assert_eq!((service.deployed_by.as_deref(), service.is_steady()), (None, false));
    }
}
