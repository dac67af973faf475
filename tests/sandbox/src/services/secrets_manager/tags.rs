//! `TagResource`, `UntagResource`, and what a tag may be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    errors::{invalid_parameter, limit},
    store::State,
};
use crate::wire::{Answer, AwsError, Call};

/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html>
const MAX_TAGS: usize = 50;

/// A tag as it is on the wire.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TagResource {
    secret_id: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UntagResource {
    secret_id: String,
    tag_keys: Vec<String>,
}

/// Adds tags, or changes their values.
pub(super) fn tag(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: TagResource = call.input()?;
    let secret = state.live(&input.secret_id)?;
    secret.tags = Some(with(&secret.tags.clone().unwrap_or_default(), input.tags)?);
    secret.changed = now;
    Ok(Answer::json(json!({})))
}

/// Takes tags away; those that are not there are no mistake.
pub(super) fn untag(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: UntagResource = call.input()?;
    let secret = state.live(&input.secret_id)?;
    if let Some(tags) = &mut secret.tags {
        tags.retain(|key, _| !input.tag_keys.contains(key));
    }
    secret.changed = now;
    Ok(Answer::json(json!({})))
}

/// The tags with these added.
pub(super) fn with(tags: &BTreeMap<String, String>, more: Vec<Tag>) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = tags.clone();
    for Tag { key, value } in more {
        if key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256 || key.starts_with("aws:") {
            return Err(invalid_parameter(format!("The tag {key:?} is not valid.")));
        }
        tags.insert(key, value);
    }
    if tags.len() > MAX_TAGS {
        return Err(limit("A secret has at most 50 tags."));
    }
    Ok(tags)
}
