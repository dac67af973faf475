//! A target's secret: found by its tag, checked against the settings, read in the shape that they say.

use cloud::{
    Clients,
    secrets_manager::{self, CURRENT, Description},
};
use policy::{Failure, Target};

use crate::settings::{self, TARGET_TAG};

/// Describes a secret, and loads the settings of the target that it is tagged with.
///
/// # Errors
/// Permanent where there is no such secret, tag or settings document, or the settings name another secret: two secrets must
/// never rotate one Redis.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`, `ssm:GetParameter`
pub async fn of_target(clients: &Clients, secret_id: &str) -> Result<(Description, Target), Failure> {
    let description = secrets_manager::describe(&clients.secrets_manager, secret_id).await?;
    let name = settings::target_name(&format!("the secret {}", description.name), &description.tags)?;
    let target = settings::load(clients, name).await?;
    check_named(&target, &description)?;
    Ok((description, target))
}

/// A target, and its secret as it was described.
#[derive(Debug)]
pub struct Found {
    /// The target.
    pub target: Target,
    /// What Secrets Manager says of its secret.
    pub description: Description,
}

/// The secret of a target by the target's name.
///
/// # Errors
/// Permanent where there are no settings of that name, or the tag and the settings do not agree on the secret.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`, `ssm:GetParameter`
pub async fn of_target_named(clients: &Clients, name: &str) -> Result<Found, Failure> {
    let target = settings::load(clients, name).await?;
    let description = secrets_manager::describe(&clients.secrets_manager, &target.secret.id).await?;
    check_named(&target, &description)?;
    let tagged = settings::target_name(&format!("the secret {}", description.name), &description.tags)?;
    if tagged != name {
        return Err(Failure::permanent(format!(
            "the settings of the target {name} name the secret {}, which is tagged with the target {tagged}; put the tag or \
             `secret.id` right. Nothing was touched",
            description.name
        )));
    }
    Ok(Found { target, description })
}

/// A secret by its ARN, and the target that it is tagged with; `None` where it has no such tag.
///
/// # Errors
/// Permanent where the target has no settings, or they name another secret.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`, `ssm:GetParameter`
pub async fn of_tagged(clients: &Clients, secret_id: &str) -> Result<Option<Found>, Failure> {
    let description = secrets_manager::describe(&clients.secrets_manager, secret_id).await?;
    let Some(name) = description.tags.get(TARGET_TAG) else { return Ok(None) };
    let target = settings::load(clients, name).await?;
    check_named(&target, &description)?;
    Ok(Some(Found { target, description }))
}

/// Refuses a secret that is not the one the settings name: two secrets must never rotate one Redis.
///
/// # Errors
/// Permanent, naming both.
pub fn check_named(target: &Target, description: &Description) -> Result<(), Failure> {
    let named = [&description.name, &description.arn].contains(&&target.secret.id);
    named.then_some(()).ok_or_else(|| {
        Failure::permanent(format!(
            "the secret {} is tagged with the target {}, whose `secret.id` is {:?}; put the tag or the settings right. \
             Nothing was touched",
            description.name, target.name, target.secret.id
        ))
    })
}

/// The version that carries AWSCURRENT.
///
/// # Errors
/// Permanent where none does.
pub fn current_version(target: &Target, description: &Description) -> Result<String, Failure> {
    description.version_with(CURRENT).map(str::to_owned).ok_or_else(|| no_current(target))
}

/// The failure of a secret without a credential in use.
pub fn no_current(target: &Target) -> Failure {
    Failure::permanent(format!(
        "the secret {} has no AWSCURRENT value; put the credential that the server accepts now there first",
        target.secret.id
    ))
}
