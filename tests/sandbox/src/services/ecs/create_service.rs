//! `CreateService`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    errors::invalid,
    names::is_name,
    service::{Deployment, DeploymentConfiguration, Registry, Rollout, Service, Status},
    store::State,
    tags::{self, Tag},
};
use crate::{
    services::CloudMap,
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateService {
    cluster: Option<String>,
    service_name: String,
    task_definition: String,
    desired_count: Option<usize>,
    launch_type: Option<String>,
    network_configuration: Option<NetworkConfiguration>,
    #[serde(default)]
    service_registries: Vec<Registry>,
    #[serde(default)]
    deployment_configuration: DeploymentConfiguration,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    enable_execute_command: bool,
    availability_zone_rebalancing: Option<String>,
    // Read, and nothing comes of it.
    #[serde(rename = "clientToken")]
    _client_token: Option<String>,
    #[serde(rename = "platformVersion")]
    _platform_version: Option<String>,
}

/// Where tasks get their network interfaces.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NetworkConfiguration {
    awsvpc_configuration: AwsVpc,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AwsVpc {
    subnets: Vec<String>,
    #[serde(default)]
    security_groups: Vec<String>,
    assign_public_ip: Option<String>,
}

/// Makes a service; its tasks follow.
pub(super) fn create(state: &mut State, cloud_map: &CloudMap, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: CreateService = call.input()?;
    let definition = state.definition(&input.task_definition);
    let cluster = state.cluster(input.cluster.as_deref())?;
    if !is_name(&input.service_name) {
        return Err(invalid("Invalid service name: it has from 1 to 255 letters, digits, hyphens and underscores."));
    }
    match cluster.services.get(&input.service_name).map(|service| service.status) {
        Some(Status::Active) => return Err(invalid("Creation of service was not idempotent.")),
        Some(Status::Draining) => return Err(invalid("Unable to Start a service that is still Draining.")),
        Some(Status::Inactive) | None => {}
    }
    if input.launch_type.as_deref() != Some("FARGATE") {
        return Err(invalid("The sandbox runs FARGATE only: launchType must say so."));
    }
    let definition = definition?;
    let desired = input.desired_count.ok_or_else(|| invalid("desiredCount is required for a replica service."))?;
    let network = network(input.network_configuration)?;
    check(&input.deployment_configuration)?;
    let rebalancing = input.availability_zone_rebalancing.as_deref();
    if rebalancing == Some("ENABLED") {
        return Err(invalid("The sandbox has one Availability Zone: availabilityZoneRebalancing must be DISABLED."));
    }
    if input.service_registries.len() > 1 {
        return Err(invalid("A service can have one service registry."));
    }
    if let Some(registry) = input.service_registries.iter().find(|one| !cloud_map.has(&one.registry_arn)) {
        return Err(invalid(format!("The referenced service registry {} was not found.", registry.registry_arn)));
    }
    let mut service = Service {
        cluster: cluster.name.clone(),
        name: input.service_name.clone(),
        status: Status::Active,
        desired,
        configuration: input.deployment_configuration,
        deployments: vec![Deployment::new(definition, now)],
        registries: input.service_registries,
        network,
        tags: tags::with(&BTreeMap::new(), input.tags)?,
        created: now,
        enable_execute_command: input.enable_execute_command,
        completed: None,
        events: Vec::new(),
        steady: false,
        untold: Vec::new(),
    };
    service.say_of_deployment(Rollout::InProgress, now);
    let rendered = service.render(&[], true);
    cluster.services.insert(input.service_name, service);
    Ok(Answer::json(json!({ "service": rendered })))
}

fn network(given: Option<NetworkConfiguration>) -> Result<Value, AwsError> {
    let missing = "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    let AwsVpc { subnets, security_groups, assign_public_ip } =
        given.ok_or_else(|| invalid(missing))?.awsvpc_configuration;
    if !(1..=16).contains(&subnets.len()) || security_groups.len() > 5 {
        return Err(invalid("awsvpcConfiguration has from 1 to 16 subnets, and at most 5 security groups."));
    }
    let public = assign_public_ip.unwrap_or_else(|| "DISABLED".to_owned());
    if !["ENABLED", "DISABLED"].contains(&public.as_str()) {
        return Err(invalid("assignPublicIp is ENABLED or DISABLED."));
    }
    let vpc = json!({ "subnets": subnets, "securityGroups": security_groups, "assignPublicIp": public });
    Ok(json!({ "awsvpcConfiguration": vpc }))
}

/// Refuses percentages that let nothing happen.
pub(super) fn check(configuration: &DeploymentConfiguration) -> Result<(), AwsError> {
    let DeploymentConfiguration { maximum_percent, minimum_healthy_percent, deployment_circuit_breaker } =
        configuration;
    if !(1..=200).contains(maximum_percent) || *minimum_healthy_percent > 100 {
        return Err(invalid("maximumPercent is from 1 to 200, and minimumHealthyPercent from 0 to 100."));
    }
    if maximum_percent < minimum_healthy_percent || (*maximum_percent == 100 && *minimum_healthy_percent == 100) {
        return Err(invalid("The specified deployment configuration does not allow a deployment to make progress."));
    }
    if deployment_circuit_breaker.rollback && !deployment_circuit_breaker.enable {
        return Err(invalid("A rollback needs the deployment circuit breaker to be enabled."));
    }
    Ok(())
}
