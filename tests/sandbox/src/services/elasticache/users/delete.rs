//! `DeleteUser`.

use std::sync::Arc;

use serde::Deserialize;

use super::{DEFAULT, render, spread::withdraw};
use crate::{
    services::elasticache::ElastiCache,
    wire::{Answer, AwsError, Call},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteUser.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    user_id: String,
}

impl ElastiCache {
    /// `DeleteUser`: `deleting` until no node knows the user, then not found.
    pub(in super::super) fn delete_user(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let user = state.user(&input.user_id)?;
        user.must_be_changeable()?;
        if user.name == DEFAULT && !state.user_groups_of(&user.id).is_empty() {
            let message = format!("User {} is the default user of a user group.", user.id);
            return Err(AwsError::new("DefaultUserAssociatedToUserGroup", message));
        }
        let user = state.user_mut(&input.user_id)?;
        user.status = "deleting";
        user.views.show_at_once(user.view());
        let user = state.user(&input.user_id)?;
        let id = user.id.clone();
        let answer = Answer::xml(render::user(&state, user, &user.view()));
        drop(state);
        tokio::spawn(withdraw(this.clone(), id));
        Ok(answer)
    }
}
