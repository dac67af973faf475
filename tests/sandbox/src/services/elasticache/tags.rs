//! Tags of groups.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ElastiCache, group::Group, text};
use crate::wire::{Answer, AwsError, Call, Element};

/// Most tags of one resource.
const MAX_TAGS: usize = 50;

/// A tag as a parameter.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Tag {
    key: String,
    value: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Add {
    resource_name: String,
    #[serde(deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Remove {
    resource_name: String,
    #[serde(deserialize_with = "text::list")]
    tag_keys: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    resource_name: String,
}

/// Reads tags, where they are legal.
pub(super) fn read_tags(tags: Vec<Tag>) -> Result<BTreeMap<String, String>, AwsError> {
    let legal = |tag: &Tag| (1..=128).contains(&tag.key.len()) && !tag.key.starts_with("aws:");
    if !tags.iter().all(legal) {
        return Err(AwsError::new("InvalidParameterValue", "A tag's key has 1 to 128 characters and not aws: first."));
    }
    check_count(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

fn check_count(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, AwsError> {
    match tags.len() {
        0..=MAX_TAGS => Ok(tags),
        _ => Err(AwsError::new("TagQuotaPerResourceExceeded", format!("A resource has at most {MAX_TAGS} tags."))),
    }
}

impl ElastiCache {
    /// `AddTagsToResource`; a busy group refuses it.
    pub(super) fn add_tags(&self, call: &Call) -> Result<Answer, AwsError> {
        let Add { resource_name, tags } = call.input()?;
        let tags = read_tags(tags)?;
        self.tagged(&resource_name, |group| {
            group.must_be_available()?;
            let all = group.tags.clone().into_iter().chain(tags).collect();
            group.tags = check_count(all)?;
            Ok(answer(group))
        })
    }

    /// `RemoveTagsFromResource`; a busy group refuses it.
    pub(super) fn remove_tags(&self, call: &Call) -> Result<Answer, AwsError> {
        let Remove { resource_name, tag_keys } = call.input()?;
        self.tagged(&resource_name, |group| {
            group.must_be_available()?;
            if let Some(missing) = tag_keys.iter().find(|key| !group.tags.contains_key(*key)) {
                let error = AwsError::new("TagNotFound", format!("There is no tag {missing:?}."));
                return Err(error.with_status(hyper::StatusCode::NOT_FOUND));
            }
            group.tags.retain(|key, _| !tag_keys.contains(key));
            Ok(answer(group))
        })
    }

    /// `ListTagsForResource`.
    pub(super) fn list_tags(&self, call: &Call) -> Result<Answer, AwsError> {
        let List { resource_name } = call.input()?;
        self.tagged(&resource_name, |group| Ok(answer(group)))
    }

    fn tagged<T>(&self, arn: &str, with: impl FnOnce(&mut Group) -> Result<T, AwsError>) -> Result<T, AwsError> {
        let mut state = self.state();
        match state.groups.values_mut().find(|group| group.arn() == arn) {
            Some(group) => with(group),
            None if arn.starts_with("arn:aws:elasticache:") && arn.contains(":replicationgroup:") => {
                Err(super::not_found(arn.rsplit(':').next().unwrap_or_default()))
            }
            None => Err(AwsError::new("InvalidARN", "the sandbox tags replication groups only, by their ARN")),
        }
    }
}

fn answer(group: &Group) -> Answer {
    let tag = |(key, value): (&String, &String)| {
        Element::parent("Tag", [Element::text("Key", key), Element::text("Value", value)])
    };
    Answer::Xml(vec![Element::parent("TagList", group.tags.iter().map(tag))])
}
