//! Tags of parameters.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::{
    errors::validation,
    store::{Parameter, State},
};
use crate::wire::{Answer, AwsError, Call};

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html>
const MAX_TAGS: usize = 50;

/// A tag as it is on the wire.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AddTagsToResource {
    resource_type: String,
    resource_id: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListTagsForResource {
    resource_type: String,
    resource_id: String,
}

/// Adds tags or changes their values.
pub(super) fn add(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: AddTagsToResource = call.input()?;
    let parameter = tagged(state, &input.resource_type, &input.resource_id)?;
    parameter.tags = with(&parameter.tags, input.tags)?;
    Ok(Answer::json(json!({})))
}

/// Lists the tags of a parameter.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListTagsForResource = call.input()?;
    let parameter = tagged(state, &input.resource_type, &input.resource_id)?;
    let tags: Vec<_> = parameter.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(Answer::json(json!({ "TagList": tags })))
}

fn tagged<'a>(state: &'a mut State, resource_type: &str, id: &str) -> Result<&'a mut Parameter, AwsError> {
    if resource_type != "Parameter" {
        let message = format!("the sandbox has no resource type {resource_type}");
        return Err(AwsError::new("InvalidResourceType", message));
    }
    // AWS gives no message.
    let key = state.key(id);
    state.parameters.get_mut(&key).ok_or_else(|| AwsError::new("InvalidResourceId", ""))
}

/// The tags with these added.
pub(super) fn with(tags: &BTreeMap<String, String>, more: Vec<Tag>) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = tags.clone();
    for Tag { key, value } in more {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 || key.starts_with("aws:") {
            return Err(validation(format!("The tag {key:?} is not valid.")));
        }
        tags.insert(key, value);
    }
    if tags.len() > MAX_TAGS {
        return Err(AwsError::new("TooManyTagsError", "A parameter has at most 50 tags."));
    }
    Ok(tags)
}
