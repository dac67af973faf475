//! `DescribeServices`, `ListServices`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    errors::{invalid, next_token, page_size},
    names::{service_arn, within},
    service::Status,
    store::{Cluster, State},
};
use crate::{
    services::page::page,
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DescribeServices {
    cluster: Option<String>,
    services: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListServices {
    cluster: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// Describes up to ten services; those that are not there are failures.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DescribeServices = call.input()?;
    let cluster = state.cluster(input.cluster.as_deref())?;
    if !(1..=10).contains(&input.services.len()) {
        return Err(invalid("services must have from 1 to 10 members."));
    }
    if let Some(unknown) = input.include.iter().find(|what| *what != "TAGS") {
        return Err(invalid(format!("include must be TAGS, not {unknown}.")));
    }
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for reference in &input.services {
        let name = within(reference, "service", &cluster.name)?;
        match cluster.services.contains_key(name) {
            true => services.push(render(cluster, name, !input.include.is_empty())),
            false => failures.push(json!({ "arn": service_arn(&cluster.name, name), "reason": "MISSING" })),
        }
    }
    Ok(Answer::json(json!({ "services": services, "failures": failures })))
}

/// Lists the ARNs of the services that are not inactive.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListServices = call.input()?;
    let cluster = state.cluster(input.cluster.as_deref())?;
    let size = page_size(input.max_results, 10)?;
    let services = cluster.services.values().filter(|service| service.status != Status::Inactive);
    let arns = services.map(|service| service_arn(&cluster.name, &service.name)).collect();
    listed("serviceArns", arns, size, input.next_token.as_deref())
}

/// One page of ARNs.
pub(super) fn listed(name: &str, arns: Vec<String>, size: usize, token: Option<&str>) -> Result<Answer, AwsError> {
    let (arns, next) = page(arns, size, token).ok_or_else(next_token)?;
    let mut answer = json!({ name: arns });
    if let Some(next) = next {
        answer["nextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}

/// A service of the cluster, with its tasks counted.
pub(super) fn render(cluster: &Cluster, name: &str, with_tags: bool) -> Value {
    let service = &cluster.services[name];
    let tasks: Vec<_> = cluster.tasks.iter().filter(|task| task.service == name).collect();
    service.render(&tasks, with_tags)
}
