//! A target's secret: found by its tag, checked against the settings, read in the shape that they say.

use cloud::{
    Clients,
    secrets_manager::{self, CURRENT, Description},
};
use policy::{
    Failure, Target,
    cutover::{History, Revision},
    outcome::Outcome,
};

use crate::{
    settings::{self, TARGET_TAG},
    trigger::Trigger,
};

/// Describes a secret, and loads the settings of the target that it is tagged with.
///
/// # Errors
/// Permanent where there is no such secret, tag or settings document, or the settings in force name another secret: two
/// secrets must never rotate one Redis.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`, `ssm:GetParameterHistory`
pub async fn of_target(clients: &Clients, secret_id: &str) -> Result<Found, Failure> {
    let description = secrets_manager::describe(clients.secrets_manager(), secret_id).await?;
    let name = settings::target_name(&format!("the secret {}", description.name), &description.tags)?;
    let history = settings::load(clients, name).await?;
    check_in_force(&history, &description)?;
    Ok(Found { history, description })
}

/// A target, and the secret of its settings in force as it was described.
#[derive(Debug)]
pub struct Found {
    /// The target's settings.
    pub history: History,
    /// What Secrets Manager says of its secret.
    pub description: Description,
}

impl Found {
    /// The settings that are in force.
    pub fn target(&self) -> &Target {
        &self.history.in_force().target
    }
}

/// The secret of a target by the target's name.
///
/// # Errors
/// Permanent where there are no settings of that name, or the tag and the settings do not agree on the secret.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`, `ssm:GetParameterHistory`
pub async fn of_target_named(clients: &Clients, name: &str) -> Result<Found, Failure> {
    let history = settings::load(clients, name).await?;
    let description = of_settings(clients, &history.in_force().target).await?;
    Ok(Found { history, description })
}

/// Describes the secret that settings name.
///
/// # Errors
/// Permanent where there is no such secret, or its tag does not agree with the settings.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`
pub async fn of_settings(clients: &Clients, target: &Target) -> Result<Description, Failure> {
    let Target { name, .. } = target;
    let description = secrets_manager::describe(clients.secrets_manager(), &target.secret.id).await?;
    check_named(target, &description)?;
    let tagged = settings::target_name(&format!("the secret {}", description.name), &description.tags)?;
    match tagged == name {
        true => Ok(description),
        false => Err(Failure::permanent(format!(
            "the settings of the target {name} name the secret {}, which is tagged with the target {tagged}; put the tag \
             or `secret.id` right. Nothing was touched",
            description.name
        ))),
    }
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
/// As [`of_target_named`] and [`of_target`] have them, and Permanent for a rollback, which is no look at a target.
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
        Trigger::SecretLabel { secret_id, .. } => {
            let description = secrets_manager::describe(clients.secrets_manager(), &secret_id).await?;
            let Some(name) = description.tags.get(TARGET_TAG) else {
                return Ok(Led::Nowhere("it is about a secret that belongs to no target"));
            };
            outcome.target = Some(name.clone());
            let history = settings::load(clients, name).await?;
            if is_of_others(&history, &description) {
                return Ok(Led::Nowhere("it is about the secret of settings that are not in force"));
            }
            check_in_force(&history, &description)?;
            Found { history, description }
        }
        Trigger::RollBack { .. } => {
            return Err(Failure::permanent(
                "the event is refused: a `rollback` is nothing that this function does; send it to sync-connection. Nothing \
                 was touched",
            ));
        }
        Trigger::Settings { name } => {
            outcome.target = Some(name.clone());
            of_target_named(clients, &name).await?
        }
        Trigger::Resource(resource) => match settings::tags(clients, &resource).await?.remove(TARGET_TAG) {
            Some(name) => {
                outcome.target = Some(name.clone());
                of_target_named(clients, &name).await?
            }
            None => return Ok(Led::Nowhere("it is about a resource that belongs to no target")),
        },
    };
    outcome.target = Some(found.target().name.clone());
    Ok(Led::To(Box::new(found)))
}

/// Refuses a secret that is not the one of the settings in force.
fn check_in_force(history: &History, description: &Description) -> Result<(), Failure> {
    let Revision { version, target } = history.in_force();
    match is_of_others(history, description) {
        false => check_named(target, description),
        true => Err(Failure::permanent(format!(
            "the secret {} is that of settings of the target {} that are not in force: version {version} of them is, with the \
             secret {}. sync-connection brings newer settings into force once their Redis accepts a login. Nothing was touched",
            description.name, target.name, target.secret.id
        ))),
    }
}

/// Whether a secret is that of settings of the target, and not of those that are in force.
fn is_of_others(history: &History, description: &Description) -> bool {
    let History { newest, current, previous, .. } = history;
    let mut all = [Some(newest), current.as_ref(), previous.as_ref()].into_iter().flatten();
    !is_named(&history.in_force().target, description) && all.any(|other| is_named(&other.target, description))
}

/// Refuses a secret that is not the one the settings name: two secrets must never rotate one Redis.
fn check_named(target: &Target, description: &Description) -> Result<(), Failure> {
    is_named(target, description).then_some(()).ok_or_else(|| {
        Failure::permanent(format!(
            "the secret {} is tagged with the target {}, whose `secret.id` is {:?}; put the tag or the settings right. \
             Nothing was touched",
            description.name, target.name, target.secret.id
        ))
    })
}

fn is_named(target: &Target, description: &Description) -> bool {
    [&description.name, &description.arn].contains(&&target.secret.id)
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
