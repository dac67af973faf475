//! `TagResource`, `ListTagsForResource`, and what a tag may be.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    errors::{invalid, no_cluster},
    names::resource,
    store::State,
};
use crate::wire::{Answer, AwsError, Call};

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>
const MAX_TAGS: usize = 50;

/// A tag as it is on the wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TagResource {
    resource_arn: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListTagsForResource {
    resource_arn: String,
}

/// Adds tags to a cluster or a service, or changes their values.
pub(super) fn tag(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: TagResource = call.input()?;
    let tags = tags_of(state, &input.resource_arn)?;
    *tags = with(tags, input.tags)?;
    Ok(Answer::json(json!({})))
}

/// Lists the tags of a cluster or a service.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListTagsForResource = call.input()?;
    Ok(Answer::json(json!({ "tags": render(tags_of(state, &input.resource_arn)?) })))
}

fn tags_of<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut BTreeMap<String, String>, AwsError> {
    let parts: Vec<&str> = resource(arn).unwrap_or_default().split('/').collect();
    let none = || invalid("The specified resource was not found.");
    match parts.as_slice() {
        ["cluster", name] => Ok(&mut state.clusters.get_mut(*name).ok_or_else(no_cluster)?.tags),
        ["service", cluster, name] => {
            let cluster = state.clusters.get_mut(*cluster).ok_or_else(no_cluster)?;
            Ok(&mut cluster.services.get_mut(*name).ok_or_else(none)?.tags)
        }
        _ => Err(none()),
    }
}

/// The tags with these added.
pub(super) fn with(tags: &BTreeMap<String, String>, more: Vec<Tag>) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = tags.clone();
    for Tag { key, value } in more {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 || key.starts_with("aws:") {
            return Err(invalid(format!("The tag {key:?} is not valid.")));
        }
        tags.insert(key, value);
    }
    if tags.len() > MAX_TAGS {
        return Err(invalid("A resource has at most 50 tags."));
    }
    Ok(tags)
}

/// Tags as ECS answers them.
pub(super) fn render(tags: &BTreeMap<String, String>) -> Value {
    tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}
