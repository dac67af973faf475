//! `ModifyUserGroup`.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::{Pending, invalid, render};
use crate::{
    services::elasticache::{
        ElastiCache,
        events::{Event, Source},
        text,
    },
    wire::{Answer, AwsError, Call},
};

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyUserGroup.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    user_group_id: String,
    #[serde(default, deserialize_with = "text::list")]
    user_ids_to_add: Vec<String>,
    #[serde(default, deserialize_with = "text::list")]
    user_ids_to_remove: Vec<String>,
}

impl ElastiCache {
    /// `ModifyUserGroup`: answers at once; the users reach the nodes later, one node after the other.
    pub(in super::super) fn modify_user_group(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let lower = |ids: Vec<String>| ids.into_iter().map(|id| id.to_ascii_lowercase()).collect::<Vec<_>>();
        let pending = Pending { add: lower(input.user_ids_to_add), remove: lower(input.user_ids_to_remove) };
        if pending.add.is_empty() && pending.remove.is_empty() {
            let message = "ModifyUserGroup needs UserIdsToAdd or UserIdsToRemove.";
            return Err(AwsError::new("InvalidParameterCombination", message));
        }
        let mut state = this.state();
        let group = state.user_group(&input.user_group_id)?;
        group.must_be_active()?;
        for id in &pending.remove {
            state.user(id)?;
            if !group.user_ids.contains(id) {
                return Err(invalid(format!("User {id} is not in user group {}.", group.id)));
            }
        }
        if let Some(id) = pending.add.iter().find(|id| group.user_ids.contains(id)) {
            return Err(invalid(format!("User {id} is in user group {} already.", group.id)));
        }
        let id = group.id.clone();
        state.check_members(&group.engine, &pending.applied(&group.user_ids))?;
        let group = state.user_group_mut(&id)?;
        group.status = "modifying";
        group.pending = Some(pending);
        group.show();
        let group = state.user_group(&id)?;
        let answer = Answer::xml(render::user_group(&state, group, &group.view()));
        drop(state);
        tokio::spawn(spread(this.clone(), id));
        Ok(answer)
    }
}

impl Pending {
    fn applied(&self, ids: &[String]) -> Vec<String> {
        ids.iter().filter(|id| !self.remove.contains(id)).chain(&self.add).cloned().collect()
    }
}

/// Makes the members of a group what they are to be, and then brings them to every node, one after the other.
async fn spread(this: Arc<ElastiCache>, id: String) {
    let timing = this.state().timing;
    sleep(timing.modify).await;
    let _alone = this.spreading.write().await;
    let (nodes, access) = {
        let mut state = this.state();
        let Ok(group) = state.user_group_mut(&id) else { return };
        let pending = group.pending.clone().unwrap_or_default();
        group.user_ids = pending.applied(&group.user_ids);
        (state.nodes_of_user_group(&id), state.access(&id))
    };
    for (place, node) in nodes.iter().enumerate() {
        if place > 0 {
            sleep(timing.spread).await;
        }
        if let Err(error) = node.grant(|current| *current = access.clone()).await {
            let message = format!("User group {id} could not be changed: {error:#}");
            this.state().events.push(Event::now(Source::UserGroup, &id, message));
        }
    }
    if let Ok(group) = this.state().user_group_mut(&id) {
        (group.status, group.pending) = ("active", None);
        group.show();
    }
}
