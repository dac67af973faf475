//! A target's secret: found by its tag, checked against the settings, read in the shape that they say.

use cloud::{
    Clients,
    secrets_manager::{self, CURRENT, Description},
};
use policy::{Failure, Target, outcome::Outcome};

use crate::{
    settings::{self, TARGET_TAG},
    trigger::Trigger,
};

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

/// What a trigger leads to.
pub enum Led {
    /// A target, and its secret.
    To(Box<Found>),
    /// Nothing; says why.
    Nowhere(&'static str),
}

/// Finds the target of a trigger, and notes in the outcome which it is, and whether nothing is to be changed.
///
/// # Errors
/// As [`of_target_named`] and [`of_tagged`] have them.
///
/// # Permissions
/// Theirs, and those of [`settings::tags`]
pub async fn of_trigger(clients: &Clients, trigger: Trigger, outcome: &mut Outcome) -> Result<Led, Failure> {
    let found = match trigger {
        Trigger::Quiet(why) => return Ok(Led::Nowhere(why)),
        Trigger::Target { name, dry_run } => {
            outcome.target = Some(name.clone());
            outcome.dry_run = dry_run;
            of_target_named(clients, &name).await?
        }
        Trigger::SecretLabel { secret_id, .. } => match of_tagged(clients, &secret_id).await? {
            Some(found) => found,
            None => return Ok(Led::Nowhere("it is about a secret that belongs to no target")),
        },
        Trigger::Resource(resource) => match settings::tags(clients, &resource).await?.remove(TARGET_TAG) {
            Some(name) => {
                outcome.target = Some(name.clone());
                of_target_named(clients, &name).await?
            }
            None => return Ok(Led::Nowhere("it is about a resource that belongs to no target")),
        },
    };
    outcome.target = Some(found.target.name.clone());
    Ok(Led::To(Box::new(found)))
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
