//! `UpdateFunctionConfiguration`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    State, environment,
    errors::{conflict, revision},
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UpdateFunctionConfiguration {
    function_name: String,
    environment: Option<Environment>,
    description: Option<String>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

/// Changes what is given; an environment that is given replaces the one there is, whole.
///
/// - while another update is under way, nothing is changed
/// - a `RevisionId` that is not the latest is refused
pub(super) fn update(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: UpdateFunctionConfiguration = call.input()?;
    let takes = state.update;
    let function = state.function(&input.function_name, now)?;
    if function.updating_until.is_some() {
        return Err(conflict(&function.arn()));
    }
    if input.revision_id.is_some_and(|id| id != function.revision_id) {
        return Err(revision());
    }
    if let Some(Environment { variables }) = input.environment {
        environment::check(&variables)?;
        function.environment = variables;
    }
    if let Some(description) = input.description {
        function.description = description;
    }
    function.modified = now;
    function.revision_id = Uuid::new_v4().to_string();
    function.updating_until = Some(now + takes);
    Ok(Answer::Json(function.render()))
}
