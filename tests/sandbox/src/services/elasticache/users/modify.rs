//! `ModifyUser`.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    Authentication, Rights, access_string,
    authentication::{Mode, Password},
    clash, invalid, render,
    spread::spread,
};
use crate::{
    services::elasticache::{ElastiCache, text},
    wire::{Answer, AwsError, Call},
};

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyUser.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    user_id: String,
    access_string: Option<String>,
    append_access_string: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    passwords: Vec<Password>,
    #[serde(default, deserialize_with = "text::parsed")]
    no_password_required: Option<bool>,
    authentication_mode: Option<Mode>,
}

impl ElastiCache {
    /// `ModifyUser`: answers at once, with the new values; the change reaches the nodes of all the user's groups later, one after the other.
    pub(in super::super) fn modify_user(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        this.remember_passwords(call);
        let input: Input = call.input()?;
        let authentication =
            Authentication::read(input.passwords, input.no_password_required, input.authentication_mode)?;
        let mut state = this.state();
        let user = state.user_mut(&input.user_id)?;
        let access_string = match (input.access_string, input.append_access_string) {
            (Some(_), Some(_)) => return Err(clash("AccessString excludes AppendAccessString.")),
            (Some(text), None) => Some(access_string::validated(text)?),
            (None, Some(more)) => Some(format!("{} {}", user.rights.access_string, access_string::validated(more)?)),
            (None, None) => None,
        };
        if access_string.is_none() && authentication.is_none() {
            return Err(clash("ModifyUser needs something to modify."));
        }
        if matches!(authentication, Some(Authentication::Iam)) && user.id != user.name {
            return Err(invalid("A user that authenticates with IAM has the same UserId and UserName."));
        }
        user.must_be_changeable()?;
        let id = user.id.clone();
        let change = Rights {
            access_string: access_string.unwrap_or_else(|| user.rights.access_string.clone()),
            authentication: authentication.unwrap_or_else(|| user.rights.authentication.clone()),
        };
        user.status = "modifying";
        user.change = Some(change.clone());
        user.show();
        let user = state.user(&id)?;
        let answer = Answer::xml(render::user(&state, user, &user.view()));
        drop(state);
        tokio::spawn(spread(this.clone(), id, change));
        Ok(answer)
    }
}
