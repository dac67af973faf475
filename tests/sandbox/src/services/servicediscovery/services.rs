//! `CreateService`, `GetService`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{Service, State, invalid, new_id, not_found};
use crate::{
    services::ecs::seconds,
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateService {
    name: String,
    namespace_id: String,
    dns_config: Option<DnsConfig>,
    #[serde(rename = "HealthCheckCustomConfig")]
    _health_check_custom_config: Option<Value>,
    #[serde(rename = "Description")]
    _description: Option<String>,
    #[serde(rename = "CreatorRequestId")]
    _creator_request_id: Option<String>,
    #[serde(rename = "Tags")]
    _tags: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DnsConfig {
    dns_records: Vec<DnsRecord>,
    #[serde(rename = "RoutingPolicy")]
    _routing_policy: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DnsRecord {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "TTL")]
    _ttl: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetService {
    id: String,
}

/// Creates a service, and returns the response and the new id.
pub(super) fn create(state: &mut State, call: &Call, now: Timestamp) -> Result<(Answer, String), AwsError> {
    let input: CreateService = call.input()?;
    if !state.has_namespace(&input.namespace_id, now) {
        return Err(not_found("NamespaceNotFound", &input.namespace_id));
    }
    let dns = input.dns_config.ok_or_else(|| invalid("The sandbox supports only services with a DnsConfig."))?;
    if input.name.is_empty() || !dns.dns_records.iter().all(|record| ["A", "SRV"].contains(&record.kind.as_str())) {
        return Err(invalid("A service must have a name, and records of type A or SRV."));
    }
    if state.services.iter().any(|one| one.namespace == input.namespace_id && one.name == input.name) {
        return Err(AwsError::new("ServiceAlreadyExists", format!("Service {} already exists.", input.name)));
    }
    let kept = ["DnsConfig", "HealthCheckCustomConfig", "Description", "CreatorRequestId"];
    let given = kept.iter().filter_map(|name| Some(((*name).to_owned(), call.input.get(*name)?.clone())));
    let service = Service {
        id: new_id("srv-", 16),
        name: input.name,
        namespace: input.namespace_id,
        given: given.collect(),
        created: now,
        instances: Vec::new(),
        gate: None,
    };
    let answer = Answer::json(json!({ "Service": render(&service) }));
    let id = service.id.clone();
    state.services.push(service);
    Ok((answer, id))
}

/// Describes a service.
pub(super) fn get(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: GetService = call.input()?;
    Ok(Answer::json(json!({ "Service": render(state.service(&input.id)?) })))
}

fn render(service: &Service) -> Value {
    let mut rendered = json!(service.given);
    rendered["Id"] = service.id.as_str().into();
    rendered["Arn"] = service.arn().into();
    rendered["Name"] = service.name.as_str().into();
    rendered["NamespaceId"] = service.namespace.as_str().into();
    rendered["Type"] = "DNS_HTTP".into();
    rendered["InstanceCount"] = service.instances.len().into();
    rendered["CreateDate"] = seconds(service.created).into();
    rendered
}
