//! `AddPermission`, `GetPolicy` and `RemovePermission`: who may invoke a function.
//!
//! The sandbox keeps the policy, and lets everybody invoke: rules and secrets are refused only where there is no function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>

use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    State,
    errors::{invalid, no_policy, statement_exists},
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AddPermission {
    function_name: String,
    statement_id: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    source_account: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Statement {
    function_name: String,
    statement_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetPolicy {
    function_name: String,
}

/// Adds a statement to the policy of a function.
pub(super) fn add(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: AddPermission = call.input()?;
    if !input.action.starts_with("lambda:") {
        return Err(invalid(format!(
            "Action must be one of Lambda's, such as lambda:InvokeFunction, and not {}",
            input.action
        )));
    }
    let function = state.function(&input.function_name, now)?;
    let (id, arn) = (input.statement_id, function.arn());
    if function.policy.iter().any(|statement| statement["Sid"] == id.as_str()) {
        return Err(statement_exists(&id));
    }
    let principal = match input.principal.ends_with(".amazonaws.com") {
        true => json!({ "Service": input.principal }),
        false => json!({ "AWS": input.principal }),
    };
    let mut statement =
        json!({ "Sid": id, "Effect": "Allow", "Principal": principal, "Action": input.action, "Resource": arn });
    if let Some(source) = input.source_arn {
        statement["Condition"]["ArnLike"] = json!({ "AWS:SourceArn": source });
    }
    if let Some(account) = input.source_account {
        statement["Condition"]["StringEquals"] = json!({ "AWS:SourceAccount": account });
    }
    let answer = json!({ "Statement": statement.to_string() });
    function.policy.push(statement);
    Ok(Answer::json(answer).with_status(StatusCode::CREATED))
}

/// The policy of a function.
pub(super) fn get(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: GetPolicy = call.input()?;
    let function = state.function(&input.function_name, now)?;
    if function.policy.is_empty() {
        return Err(no_policy());
    }
    let statements: Vec<Value> = function.policy.clone();
    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
    Ok(Answer::json(json!({ "Policy": policy.to_string(), "RevisionId": function.revision_id })))
}

/// Removes a statement.
pub(super) fn remove(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: Statement = call.input()?;
    let function = state.function(&input.function_name, now)?;
    let before = function.policy.len();
    function.policy.retain(|statement| statement["Sid"] != input.statement_id.as_str());
    if function.policy.len() == before {
        return Err(no_policy());
    }
    Ok(Answer::empty().with_status(StatusCode::NO_CONTENT))
}
