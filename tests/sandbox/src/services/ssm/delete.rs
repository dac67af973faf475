//! `DeleteParameter` and `DeleteParameters`.

use serde::Deserialize;
use serde_json::json;

use super::{errors::not_found, read::check_names, store::State};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteParameter {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteParameters {
    names: Vec<String>,
}

/// Deletes one parameter, with all its versions.
pub(super) fn one(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DeleteParameter = call.input()?;
    state.parameters.remove(&input.name).ok_or_else(|| not_found(&input.name))?;
    Ok(Answer::Json(json!({})))
}

/// Deletes up to ten, and names those that are not there.
pub(super) fn several(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DeleteParameters = call.input()?;
    check_names(&input.names)?;
    let (deleted, invalid): (Vec<String>, Vec<String>) =
        input.names.into_iter().partition(|name| state.parameters.remove(name).is_some());
    Ok(Answer::Json(json!({ "DeletedParameters": deleted, "InvalidParameters": invalid })))
}
