//! `CreateCluster`, `DescribeClusters`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    errors::invalid,
    names::{cluster_arn, is_name, resource},
    service::Status,
    store::{Cluster, State},
    tags::{self, Tag},
    task::LastStatus,
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateCluster {
    cluster_name: Option<String>,
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DescribeClusters {
    clusters: Option<Vec<String>>,
    include: Option<Vec<String>>,
}

/// Creates a cluster, or returns the one that exists.
pub(super) fn create(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: CreateCluster = call.input()?;
    let name = input.cluster_name.unwrap_or_else(|| "default".to_owned());
    if !is_name(&name) {
        return Err(invalid("Invalid clusterName: it has from 1 to 255 letters, digits, hyphens and underscores."));
    }
    let tags = tags::with(&BTreeMap::new(), input.tags.unwrap_or_default())?;
    let new = Cluster { name: name.clone(), tags, services: BTreeMap::new(), tasks: Vec::new() };
    let cluster = state.clusters.entry(name).or_insert(new);
    Ok(Answer::json(json!({ "cluster": render(cluster, true) })))
}

/// Describes clusters: `default` where none is named.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DescribeClusters = call.input()?;
    let include = input.include.unwrap_or_default();
    if let Some(unknown) = include.iter().find(|what| *what != "TAGS") {
        return Err(invalid(format!("The sandbox cannot include {unknown} in a cluster.")));
    }
    let (mut clusters, mut failures) = (Vec::new(), Vec::new());
    for reference in input.clusters.unwrap_or_else(|| vec!["default".to_owned()]) {
        match state.find_cluster(&reference) {
            Some(cluster) => clusters.push(render(cluster, !include.is_empty())),
            None => {
                let arn = if resource(&reference).is_some() { reference } else { cluster_arn(&reference) };
                failures.push(json!({ "arn": arn, "reason": "MISSING" }));
            }
        }
    }
    Ok(Answer::json(json!({ "clusters": clusters, "failures": failures })))
}

fn render(cluster: &Cluster, with_tags: bool) -> Value {
    let count = |is: fn(LastStatus) -> bool| cluster.tasks.iter().filter(|task| is(task.last)).count();
    let active = cluster.services.values().filter(|service| service.status == Status::Active).count();
    json!({
        "clusterArn": cluster_arn(&cluster.name),
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": count(|status| status == LastStatus::Running),
        "pendingTasksCount": count(LastStatus::is_pending),
        "activeServicesCount": active,
        "statistics": [],
        "settings": [],
        "capacityProviders": [],
        "defaultCapacityProviderStrategy": [],
        "tags": if with_tags { tags::render(&cluster.tags) } else { json!([]) },
    })
}
