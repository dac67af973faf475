//! ElastiCache's users, for caches with role-based access control.

use std::collections::BTreeSet;

use aws_sdk_elasticache::{
    Client,
    config::{Builder, retry::RetryConfig},
    types::AuthenticationType,
};
use policy::Failure;
use secrecy::{ExposeSecret, SecretString};

use crate::{CallError, classify::classify};

/// What a user says of itself. Which passwords are live it never says: only a login does.
#[derive(Clone, Debug)]
pub struct User {
    /// The name that it logs in with.
    pub name: String,
    /// `active`, `modifying`, `deleting`.
    pub status: String,
    /// `password`, `no-password`, `iam`.
    pub authentication: String,
    /// How many passwords it has, if it says so.
    pub password_count: Option<i32>,
    /// The user groups it is in.
    pub user_groups: Vec<String>,
}

/// The caches that somebody reaches.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Replication groups, by id.
    pub groups: BTreeSet<String>,
    /// Serverless caches, by name.
    pub serverless_caches: BTreeSet<String>,
}

/// Describes a user.
///
/// # Errors
/// Permanent if it does not exist (`UserNotFound`).
///
/// # Permissions
/// `elasticache:DescribeUsers`
pub async fn describe(client: &Client, user_id: &str) -> Result<User, Failure> {
    let doing = format!("describe the user {user_id}");
    let answer = client.describe_users().user_id(user_id).send().await.map_err(|error| classify(&doing, &error))?;
    let user = answer
        .users
        .and_then(|users| users.into_iter().next())
        .ok_or_else(|| Failure::retryable(format!("cannot {doing}: the answer is empty")))?;
    let authentication = user.authentication.as_ref();
    let kind = authentication.and_then(|authentication| authentication.r#type());
    Ok(User {
        authentication: kind.map(AuthenticationType::as_str).unwrap_or_default().to_owned(),
        password_count: authentication.and_then(|authentication| authentication.password_count()),
        name: user.user_name.unwrap_or_default(),
        status: user.status.unwrap_or_default(),
        user_groups: user.user_group_ids.unwrap_or_default(),
    })
}

/// Finds the caches that these user groups are on.
///
/// # Errors
/// Permanent if a user group does not exist.
///
/// # Permissions
/// `elasticache:DescribeUserGroups`
pub async fn reach(client: &Client, user_groups: &[String]) -> Result<Reach, Failure> {
    let mut reach = Reach::default();
    for id in user_groups {
        let doing = format!("describe the user group {id}");
        let answer =
            client.describe_user_groups().user_group_id(id).send().await.map_err(|error| classify(&doing, &error))?;
        for user_group in answer.user_groups.unwrap_or_default() {
            reach.groups.extend(user_group.replication_groups.unwrap_or_default());
            reach.serverless_caches.extend(user_group.serverless_caches.unwrap_or_default());
        }
    }
    Ok(reach)
}

/// Gives a user these passwords, one or two, in place of all that it has.
///
/// It is sent once: after an answer that was lost the user is modifying, and a second call is refused.
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyUser.html>
///
/// # Errors
/// `InvalidUserState` (Retryable) if the user is busy. An error whose effect is unknown (see [`CallError::effect`])
/// must be followed by a look, not by another call.
///
/// # Repeating
/// Leaves the passwords as they are, after another change of several minutes. Look first.
///
/// # Permissions
/// `elasticache:ModifyUser`
pub async fn modify(client: &Client, user_id: &str, passwords: &[&SecretString]) -> Result<(), CallError> {
    client
        .modify_user()
        .user_id(user_id)
        .set_passwords(Some(passwords.iter().map(|password| password.expose_secret().to_owned()).collect()))
        .customize()
        .config_override(Builder::new().retry_config(RetryConfig::disabled()))
        .send()
        .await
        .map_err(|error| classify(&format!("change the passwords of the user {user_id}"), &error))?;
    Ok(())
}
