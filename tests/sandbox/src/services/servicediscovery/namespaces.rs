//! `CreatePrivateDnsNamespace`, `GetOperation`.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{Namespace, Operation, State, invalid, new_id, not_found};
use crate::{
    services::ecs::seconds,
    wire::{Answer, AwsError, Call},
};

/// How long it takes to create a namespace.
const MAKING: SignedDuration = SignedDuration::from_millis(200);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreatePrivateDnsNamespace {
    name: String,
    vpc: String,
    #[serde(rename = "CreatorRequestId")]
    _creator_request_id: Option<String>,
    #[serde(rename = "Description")]
    _description: Option<String>,
    #[serde(rename = "Tags")]
    _tags: Option<Vec<Value>>,
    #[serde(rename = "Properties")]
    _properties: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetOperation {
    operation_id: String,
}

/// Starts to create a namespace.
pub(super) fn create(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: CreatePrivateDnsNamespace = call.input()?;
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    if input.name.is_empty() || input.name.starts_with('.') || !input.name.chars().all(legal) {
        return Err(invalid("Name must be a DNS name."));
    }
    if !input.vpc.starts_with("vpc-") {
        return Err(invalid("Vpc must be the id of a VPC."));
    }
    if state.namespaces.iter().any(|namespace| namespace.name == input.name) {
        let message = format!("The VPC that you're trying to create a namespace in already has {}.", input.name);
        return Err(AwsError::new("NamespaceAlreadyExists", message));
    }
    let (id, namespace) = (new_id("", 32), new_id("ns-", 16));
    state.namespaces.push(Namespace { id: namespace.clone(), name: input.name });
    state.operations.push(Operation { id: id.clone(), namespace, created: now });
    Ok(Answer::json(json!({ "OperationId": id })))
}

/// Returns the status of the creation of a namespace.
pub(super) fn operation(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: GetOperation = call.input()?;
    let operation = state.operations.iter().find(|operation| operation.id == input.operation_id);
    let none = || not_found("OperationNotFound", &input.operation_id);
    let operation = operation.ok_or_else(none)?;
    let status = if operation.is_done(now) { "SUCCESS" } else { "PENDING" };
    Ok(Answer::json(json!({ "Operation": {
        "Id": operation.id,
        "Type": "CREATE_NAMESPACE",
        "Status": status,
        "CreateDate": seconds(operation.created),
        "UpdateDate": seconds(now),
        "Targets": { "NAMESPACE": operation.namespace },
    } })))
}

impl Operation {
    /// Whether it has succeeded.
    fn is_done(&self, now: Timestamp) -> bool {
        now.duration_since(self.created) >= MAKING
    }
}

impl State {
    /// Whether a namespace can be used.
    pub(super) fn has_namespace(&self, id: &str, now: Timestamp) -> bool {
        self.operations.iter().any(|operation| operation.namespace == id && operation.is_done(now))
    }
}
