//! Tags of groups, serverless caches, snapshots, users and user groups.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ElastiCache, text};
use crate::{
    services::tagging::{Resource, Tagged},
    wire::{Answer, AwsError, Call, Element},
};

/// The maximum number of tags of a resource.
const MAX_TAGS: usize = 50;

type Tags = BTreeMap<String, String>;

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

/// Reads tags and refuses illegal ones.
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

/// The resources with tags of their own. Nodes have none here; at AWS, they have those of their group.
impl Tagged for ElastiCache {
    fn resources(&self) -> Vec<Resource> {
        let state = self.state();
        let groups = state.groups.values().map(|group| (group.arn(), &group.tags));
        let caches = state.caches.values().map(|cache| (cache.arn(), &cache.tags));
        let snapshots = state.snapshots.values().map(|snapshot| (snapshot.arn(), &snapshot.tags));
        let cache_snapshots = state.cache_snapshots.values().map(|snapshot| (snapshot.arn(), &snapshot.tags));
        let users = state.users.values().map(|user| (user.arn(), &user.tags));
        let user_groups = state.user_groups.values().map(|group| (group.arn(), &group.tags));
        let all = groups.chain(caches).chain(snapshots).chain(cache_snapshots).chain(users).chain(user_groups);
        all.map(|(arn, tags)| Resource { arn, tags: tags.clone() }).collect()
    }
}

impl ElastiCache {
    /// `AddTagsToResource`; a busy group refuses it.
    pub(super) fn add_tags(&self, call: &Call) -> Result<Answer, AwsError> {
        let Add { resource_name, tags } = call.input()?;
        let tags = read_tags(tags)?;
        self.tagged(&resource_name, |current, ready| {
            ready?;
            let all = current.clone().into_iter().chain(tags).collect();
            *current = check_count(all)?;
            Ok(answer(current))
        })
    }

    /// `RemoveTagsFromResource`; a busy group refuses it.
    pub(super) fn remove_tags(&self, call: &Call) -> Result<Answer, AwsError> {
        let Remove { resource_name, tag_keys } = call.input()?;
        self.tagged(&resource_name, |current, ready| {
            ready?;
            if let Some(missing) = tag_keys.iter().find(|key| !current.contains_key(*key)) {
                let error = AwsError::new("TagNotFound", format!("There is no tag {missing:?}."));
                return Err(error.with_status(hyper::StatusCode::NOT_FOUND));
            }
            current.retain(|key, _| !tag_keys.contains(key));
            Ok(answer(current))
        })
    }

    /// `ListTagsForResource`.
    pub(super) fn list_tags(&self, call: &Call) -> Result<Answer, AwsError> {
        let List { resource_name } = call.input()?;
        self.tagged(&resource_name, |current, _| Ok(answer(current)))
    }

    /// Finds the tags of a resource, and whether it can be changed now.
    fn tagged(
        &self,
        arn: &str,
        with: impl FnOnce(&mut Tags, Result<(), AwsError>) -> Result<Answer, AwsError>,
    ) -> Result<Answer, AwsError> {
        let unknown = || AwsError::new("InvalidARN", "no resource of the sandbox's ElastiCache has such an ARN");
        let mut parts = arn.strip_prefix("arn:aws:elasticache:").ok_or_else(unknown)?.rsplit(':');
        let (id, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let mut state = self.state();
        match kind {
            "replicationgroup" => {
                let group = state.group_mut(id)?;
                let ready = group.must_be_available();
                with(&mut group.tags, ready)
            }
            "serverlesscache" => {
                let cache = state.cache_mut(id)?;
                let ready = cache.must_be_available();
                with(&mut cache.tags, ready)
            }
            "snapshot" => with(&mut state.snapshot_mut(id)?.tags, Ok(())),
            "serverlesscachesnapshot" => {
                let snapshot = state.cache_snapshot_mut(id)?;
                let ready = snapshot.must_be_available();
                with(&mut snapshot.tags, ready)
            }
            "user" => with(&mut state.user_mut(id)?.tags, Ok(())),
            "usergroup" => {
                let group = state.user_group_mut(id)?;
                let ready = group.must_be_active();
                with(&mut group.tags, ready)
            }
            _ => Err(unknown()),
        }
    }
}

fn answer(tags: &Tags) -> Answer {
    let tag = |(key, value): (&String, &String)| {
        Element::parent("Tag", [Element::text("Key", key), Element::text("Value", value)])
    };
    Answer::xml(vec![Element::parent("TagList", tags.iter().map(tag))])
}
