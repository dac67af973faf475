//! `DeleteUserGroup`.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::{render, state_error};
use crate::{
    services::elasticache::ElastiCache,
    wire::{Answer, AwsError, Call},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteUserGroup.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    user_group_id: String,
}

impl ElastiCache {
    /// `DeleteUserGroup`: refused while a cache has it; `deleting` for a while, then not found.
    pub(in super::super) fn delete_user_group(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let group = state.user_group(&input.user_group_id)?;
        group.must_be_active()?;
        let id = group.id.clone();
        if state.replication_groups_with(&id).next().is_some() || state.caches_with(&id).next().is_some() {
            return Err(state_error(format!("User group {id} is associated with a cache.")));
        }
        let group = state.user_group_mut(&id)?;
        group.status = "deleting";
        group.views.show_at_once(group.view());
        let group = state.user_group(&id)?;
        let answer = Answer::xml(render::user_group(&state, group, &group.view()));
        let least = state.timing.modify;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            sleep(least).await;
            this.state().user_groups.remove(&id);
        });
        Ok(answer)
    }
}
