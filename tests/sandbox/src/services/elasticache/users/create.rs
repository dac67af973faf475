//! `CreateUser`.

use serde::Deserialize;

use super::{
    Authentication, Rights, User, access_string,
    authentication::{Mode, Password},
    invalid, render,
};
use crate::{
    redis::ADMINISTRATOR,
    services::elasticache::{
        ElastiCache,
        tags::{Tag, read_tags},
        text,
    },
    wire::{Answer, AwsError, Call},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUser.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    user_id: String,
    user_name: String,
    engine: String,
    access_string: String,
    #[serde(default, deserialize_with = "text::list")]
    passwords: Vec<Password>,
    #[serde(default, deserialize_with = "text::parsed")]
    no_password_required: Option<bool>,
    authentication_mode: Option<Mode>,
    #[serde(default, deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

impl ElastiCache {
    /// `CreateUser`. The user is active at once, because no node has it.
    pub(in super::super) fn create_user(&self, call: &Call) -> Result<Answer, AwsError> {
        self.remember_passwords(call);
        let input: Input = call.input()?;
        let id = user_id(&input.user_id)?;
        let name = input.user_name;
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control()) || name == ADMINISTRATOR {
            return Err(invalid("UserName must have characters that are not blank, and be no reserved name."));
        }
        if !["redis", "valkey"].contains(&input.engine.as_str()) {
            return Err(invalid("Engine is not one of redis, valkey"));
        }
        let access_string = access_string::validated(input.access_string)?;
        let authentication =
            Authentication::read(input.passwords, input.no_password_required, input.authentication_mode)?;
        let authentication = authentication.ok_or_else(|| {
            invalid(
                "No password was provided. If you want to create/update the user without password, please use the \
                 NoPasswordRequired flag.",
            )
        })?;
        if matches!(authentication, Authentication::Iam) && id != name {
            return Err(invalid("A user that authenticates with IAM has the same UserId and UserName."));
        }
        let tags = read_tags(input.tags)?;
        let mut state = self.state();
        if state.users.contains_key(&id) {
            return Err(AwsError::new("UserAlreadyExists", format!("User {id} already exists.")));
        }
        let user = User { tags, ..User::new(id.clone(), name, input.engine, Rights { access_string, authentication }) };
        let answer = Answer::xml(render::user(&state, &user, &user.view()));
        state.users.insert(id, user);
        Ok(answer)
    }
}

/// The id in lower case, if it is legal.
fn user_id(id: &str) -> Result<String, AwsError> {
    let legal = id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.len() <= 40
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match legal {
        true => Ok(id.to_ascii_lowercase()),
        false => Err(invalid("UserId has 1 to 40 letters, digits and hyphens, and begins with a letter.")),
    }
}
