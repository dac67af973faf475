//! `CreateUserGroup`.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::{History, UserGroup, invalid, render};
use crate::{
    services::elasticache::{
        ElastiCache,
        tags::{Tag, read_tags},
        text,
    },
    wire::{Answer, AwsError, Call},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUserGroup.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    user_group_id: String,
    engine: String,
    #[serde(default, deserialize_with = "text::list")]
    user_ids: Vec<String>,
    #[serde(default, deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

impl ElastiCache {
    /// `CreateUserGroup`: `creating` for as long as a replication group would be at least.
    pub(in super::super) fn create_user_group(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let id = user_group_id(&input.user_group_id)?;
        if !["redis", "valkey"].contains(&input.engine.as_str()) {
            return Err(invalid("Engine is not one of redis, valkey"));
        }
        let tags = read_tags(input.tags)?;
        let user_ids: Vec<_> = input.user_ids.iter().map(|id| id.to_ascii_lowercase()).collect();
        let mut state = this.state();
        if state.user_groups.contains_key(&id) {
            return Err(AwsError::new("UserGroupAlreadyExists", format!("User group {id} already exists.")));
        }
        state.check_members(&input.engine, &user_ids)?;
        let (status, views) = ("creating", History::default());
        let mut group =
            UserGroup { id: id.clone(), engine: input.engine, user_ids, status, pending: None, tags, views };
        group.show();
        let answer = Answer::xml(render::user_group(&state, &group, &group.view()));
        state.user_groups.insert(id.clone(), group);
        let least = state.timing.create;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            sleep(least).await;
            if let Ok(group) = this.state().user_group_mut(&id) {
                group.status = "active";
                group.show();
            }
        });
        Ok(answer)
    }
}

/// The id in lower case, where it is legal.
fn user_group_id(id: &str) -> Result<String, AwsError> {
    let legal = id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.len() <= 40
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match legal {
        true => Ok(id.to_ascii_lowercase()),
        false => Err(invalid("UserGroupId has 1 to 40 letters, digits and hyphens, and begins with a letter.")),
    }
}
