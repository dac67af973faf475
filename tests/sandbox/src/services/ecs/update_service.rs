//! `UpdateService`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    create_service::check,
    describe_services::render,
    errors::not_active,
    service::{DeploymentConfiguration, Status},
    store::State,
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateService {
    cluster: Option<String>,
    service: String,
    desired_count: Option<usize>,
    task_definition: Option<String>,
    #[serde(default)]
    force_new_deployment: bool,
    deployment_configuration: Option<DeploymentConfiguration>,
}

/// Changes a service. Another definition, or force, begins a deployment; another count does not.
pub(super) fn update(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: UpdateService = call.input()?;
    let definition = input.task_definition.as_deref().map(|reference| state.definition(reference));
    let cluster = state.cluster(input.cluster.as_deref())?;
    let service = cluster.service(&input.service)?;
    if service.status != Status::Active {
        return Err(not_active());
    }
    let definition = definition.transpose()?;
    input.deployment_configuration.as_ref().map_or(Ok(()), check)?;
    let current = service.primary().definition.clone();
    let definition = definition.unwrap_or_else(|| current.clone());
    if input.force_new_deployment || definition.arn != current.arn {
        service.deploy(definition, now);
    }
    service.desired = input.desired_count.unwrap_or(service.desired);
    if let Some(configuration) = input.deployment_configuration {
        service.configuration = configuration;
    }
    let name = service.name.clone();
    Ok(Answer::json(json!({ "service": render(cluster, &name, true) })))
}
