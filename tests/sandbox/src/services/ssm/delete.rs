//! `DeleteParameter` and `DeleteParameters`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use super::{
    errors::not_found,
    events::{Change, Operation},
    read::check_names,
    store::State,
};
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
    if !remove(state, &input.name) {
        return Err(not_found());
    }
    Ok(Answer::json(json!({})))
}

/// Deletes up to ten parameters, and lists the names that do not exist.
pub(super) fn several(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: DeleteParameters = call.input()?;
    check_names(&input.names)?;
    let (deleted, invalid): (Vec<String>, Vec<String>) =
        BTreeSet::from_iter(input.names).into_iter().partition(|name| remove(state, name));
    Ok(Answer::json(json!({ "DeletedParameters": deleted, "InvalidParameters": invalid })))
}

/// Removes a parameter and returns whether it existed.
fn remove(state: &mut State, name: &str) -> bool {
    let removed = state.parameters.remove(&state.key(name));
    state.changes.extend(removed.as_ref().map(|parameter| Change::of(Operation::Delete, parameter)));
    removed.is_some()
}
