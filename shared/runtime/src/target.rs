//! Finds the target of a run, and its settings.

use std::collections::HashMap;

use cloud::{Clients, ecs, elasticache, secrets_manager, ssm};
use policy::{
    Failure, Target,
    moving::{History, SecretId},
    outcome::Outcome,
};

use crate::{
    event::Resource,
    settings::{self, PARAMETER_PREFIX},
};

/// The tag by which a resource names the target it belongs to.
pub const TARGET_TAG: &str = "redis-lifecycle:target";

/// What the name of a target looks like, for messages.
const NAME_RULE: &str = "a name has lower-case letters, digits and hyphens, at most 63, and begins with a letter";

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A target, by name: somebody asks for it.
    Target(String),
    /// A target whose settings changed, by name.
    Settings(String),
    /// A resource whose tag names its target, if it has one.
    Resource(Resource),
}

/// The target of a run.
#[derive(Clone, Debug)]
pub enum Found {
    /// The settings of the target. The name of the target is in the outcome.
    Target(Box<History>),
    /// The event concerns no target, for this reason.
    Nothing(String),
}

impl Found {
    fn nothing(why: impl Into<String>) -> Self {
        Self::Nothing(why.into())
    }
}

/// Finds the target that a run is about, and reads its settings. Records the target's name in the outcome.
///
/// Events come late, and they come for the resources of others too. So an event is left if what it is about was deleted, or
/// if no settings name it; only a direct invocation that names a target fails if the target does not exist:
///
/// | the run is about | which | ⇒ |
/// |---|---|---|
/// | a target | without settings | Permanent |
/// | settings that changed | that are gone, or are no target's | left |
/// | a resource | that is gone, or has no tag | left |
/// | a resource | whose tag is not the name of a target | Permanent |
/// | a resource | whose tag names a target without settings | left |
/// | a secret | that the settings in effect of its target do not name | left |
///
/// # Errors
/// Permanent as the table says, and if the settings are refused.
///
/// # Permissions
/// `ssm:GetParameterHistory` on the settings; for a resource `secretsmanager:DescribeSecret`, `ssm:ListTagsForResource`,
/// `ecs:ListTagsForResource` or `elasticache:ListTagsForResource`
pub async fn find(clients: &Clients, subject: Subject, outcome: &mut Outcome) -> Result<Found, Failure> {
    match subject {
        Subject::Target(name) if !Target::is_name(&name) => {
            Err(Failure::permanent("the event's `target` is not a valid name")
                .with_next_step(format!("Correct the name: {NAME_RULE}")))
        }
        Subject::Target(name) => {
            outcome.target = Some(name.clone());
            Ok(Found::Target(Box::new(settings::load(clients, &name).await?)))
        }
        Subject::Settings(name) if !Target::is_name(&name) => Ok(Found::nothing(format!(
            "it is about a parameter under {PARAMETER_PREFIX} whose name is not that of a target: {NAME_RULE}"
        ))),
        Subject::Settings(name) => {
            let history = of_event(clients, &name, outcome).await?;
            Ok(history.map_or_else(
                || Found::nothing("it is about settings that no longer exist"),
                |history| Found::Target(Box::new(history)),
            ))
        }
        Subject::Resource(resource) => of_resource(clients, &resource, outcome).await,
    }
}

/// The settings of the target that an event leads to; `None` if there are none.
async fn of_event(clients: &Clients, name: &str, outcome: &mut Outcome) -> Result<Option<History>, Failure> {
    outcome.target = Some(name.to_owned());
    settings::load_if_any(clients, name).await
}

async fn of_resource(clients: &Clients, resource: &Resource, outcome: &mut Outcome) -> Result<Found, Failure> {
    let Some(Tagged { mut tags, secret }) = tags(clients, resource).await? else {
        return Ok(Found::nothing("it is about a resource that no longer exists"));
    };
    let Some(name) = tags.remove(TARGET_TAG) else {
        return Ok(Found::nothing("it is about a resource that belongs to no target"));
    };
    if !Target::is_name(&name) {
        return Err(Failure::permanent(format!(
            "the tag `{TARGET_TAG}` of {resource} is not a valid name of a target"
        ))
        .with_next_step(format!("Correct the tag: {NAME_RULE}")));
    }
    let Some(history) = of_event(clients, &name, outcome).await? else {
        return Ok(Found::nothing("it is about a resource of a target that has no settings"));
    };
    match secret {
        Some(secret) if history.check_secret(secret.id()).is_err() => {
            Ok(Found::nothing("it is about a secret that the settings in effect do not name"))
        }
        _ => Ok(Found::Target(Box::new(history))),
    }
}

/// The tags of a resource, and, for a secret, its name and ARN.
struct Tagged {
    tags: HashMap<String, String>,
    secret: Option<SecretNames>,
}

struct SecretNames {
    name: String,
    arn: String,
}

impl SecretNames {
    fn id(&self) -> SecretId<'_> {
        SecretId { name: &self.name, arn: &self.arn }
    }
}

/// Reads the tags of a resource; `None` if it no longer exists.
async fn tags(clients: &Clients, resource: &Resource) -> Result<Option<Tagged>, Failure> {
    let of = |tags| Tagged { tags, secret: None };
    let (tagged, gone) = match resource {
        Resource::Secret(arn) => {
            let secret = secrets_manager::describe(clients.secrets_manager(), arn).await.map(|secret| Tagged {
                tags: secret.tags,
                secret: Some(SecretNames { name: secret.name, arn: secret.arn }),
            });
            (secret, ["ResourceNotFoundException"].as_slice())
        }
        Resource::Parameter(name) => (ssm::tags(clients.ssm(), name).await.map(of), ["InvalidResourceId"].as_slice()),
        Resource::Service(arn) => (
            ecs::tags(clients.ecs(), arn).await.map(of),
            // ECS has no code of its own for a service that is inactive or gone.
            ["InvalidParameterException", "ClusterNotFoundException"].as_slice(),
        ),
        Resource::ReplicationGroup(arn) => (
            elasticache::groups::tags(clients.elasticache(), arn).await.map(of),
            ["ReplicationGroupNotFoundFault"].as_slice(),
        ),
    };
    match tagged {
        Err(error) if gone.iter().any(|code| error.is(code)) => Ok(None),
        tagged => Ok(Some(tagged?)),
    }
}

/// Reads the name of the target off a resource's tags.
///
/// # Errors
/// Permanent if the resource has no such tag, or its value is not a target's name.
pub fn name_of<'a>(resource: &str, tags: &'a HashMap<String, String>) -> Result<&'a str, Failure> {
    tags.get(TARGET_TAG).map(String::as_str).filter(|name| Target::is_name(name)).ok_or_else(|| {
        Failure::permanent(format!("{resource} has no tag `{TARGET_TAG}` with the name of a target"))
            .with_next_step("Tag the resource with the name of its target")
    })
}

#[cfg(test)]
mod tests {
    use policy::{Class, outcome::Details};

    use super::*;

    #[tokio::test]
    async fn a_name_that_no_target_can_have_is_refused_before_any_call_and_is_never_recorded() {
        // No call can be made with these; the message tells this refusal from the failure of a call.
        let clients = Clients::from(aws_config::SdkConfig::builder().build());
        for name in ["", " ", "Orders", "orders\n", "x/../../y", "\u{1b}[31mred", "orders\u{e9}", &"a".repeat(64)] {
            let mut outcome = Outcome::new(Details::Connection {});
            let found = find(&clients, Subject::Target(name.to_owned()), &mut outcome).await;
            let refused = found.unwrap_err();
            assert_eq!((refused.class(), outcome.target), (Class::Permanent, None), "{name:?}");
            assert!(refused.chain().contains("at most 63"), "{refused}");
            assert!(name.trim().is_empty() || !refused.chain().contains(name), "{refused}");
        }
    }
}
