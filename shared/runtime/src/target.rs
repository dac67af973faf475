//! From what a run is about to the target and its settings.

use std::collections::HashMap;

use cloud::{Clients, ecs, elasticache, secrets_manager, ssm};
use policy::{
    Failure, Target,
    moving::{History, SecretId},
    outcome::Outcome,
};

use crate::{event::Resource, settings};

/// The tag by which a resource names the target it belongs to.
pub const TARGET_TAG: &str = "redis-lifecycle:target";

/// What the name of a target looks like, for messages.
const NAME_RULE: &str = "a name has lower-case letters, digits and hyphens, at most 63, and begins with a letter";

/// What a run is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A target, by name.
    Target(String),
    /// A resource whose tag names its target, if it has one.
    Resource(Resource),
}

/// The target of a run.
#[derive(Clone, Debug)]
pub enum Found {
    /// The settings of the target. The name of the target is in the outcome.
    Target(Box<History>),
    /// The resource belongs to no target; says why.
    Nothing(&'static str),
}

/// Finds the target that a run is about, and reads its settings. Records the target's name in the outcome.
///
/// # Errors
/// - Permanent if there are no settings for the target, or they are refused.
/// - Permanent if the resource is a secret that is tagged with the target, and no settings of the target name it.
///
/// # Permissions
/// `ssm:GetParameterHistory` on the settings; for a resource `secretsmanager:DescribeSecret`, `ssm:ListTagsForResource`,
/// `ecs:ListTagsForResource` or `elasticache:ListTagsForResource`
pub async fn find(clients: &Clients, subject: Subject, outcome: &mut Outcome) -> Result<Found, Failure> {
    let resource = match subject {
        Subject::Target(name) => {
            if !Target::is_name(&name) {
                return Err(Failure::permanent(format!("the event names no target: {NAME_RULE}")));
            }
            outcome.target = Some(name.clone());
            return Ok(Found::Target(Box::new(settings::load(clients, &name).await?)));
        }
        Subject::Resource(resource) => resource,
    };
    let Tagged { mut tags, secret } = tags(clients, &resource).await?;
    let Some(name) = tags.remove(TARGET_TAG) else {
        return Ok(Found::Nothing("it is about a resource that belongs to no target"));
    };
    if !Target::is_name(&name) {
        return Err(Failure::permanent(format!("the tag `{TARGET_TAG}` of {resource} names no target: {NAME_RULE}")));
    }
    outcome.target = Some(name.clone());
    let history = settings::load(clients, &name).await?;
    if let Some(secret) = secret {
        if history.is_secret_of_others(secret.id()) {
            return Ok(Found::Nothing("it is about the secret of settings that are not in effect"));
        }
        history.check_secret(secret.id())?;
    }
    Ok(Found::Target(Box::new(history)))
}

/// The tags of a resource, and, for a secret, its name and ARN.
#[derive(Default)]
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

/// Reads the tags of a resource; a resource that no longer exists has none.
async fn tags(clients: &Clients, resource: &Resource) -> Result<Tagged, Failure> {
    let (tags, gone) = match resource {
        Resource::Secret(arn) => {
            let secret = secrets_manager::describe(clients.secrets_manager(), arn).await?;
            let names = SecretNames { name: secret.name, arn: secret.arn };
            return Ok(Tagged { tags: secret.tags, secret: Some(names) });
        }
        Resource::Parameter(name) => (ssm::tags(clients.ssm(), name).await, "InvalidResourceId"),
        Resource::Service(arn) => (ecs::tags(clients.ecs(), arn).await, "ServiceNotFoundException"),
        Resource::ReplicationGroup(arn) => {
            (elasticache::groups::tags(clients.elasticache(), arn).await, "ReplicationGroupNotFoundFault")
        }
    };
    match tags {
        Err(error) if error.is(gone) => Ok(Tagged::default()),
        tags => Ok(Tagged { tags: tags?, secret: None }),
    }
}

/// Reads the name of the target off a resource's tags.
///
/// # Errors
/// Permanent if the resource has no such tag, or its value is not a target's name.
pub fn name_of<'a>(resource: &str, tags: &'a HashMap<String, String>) -> Result<&'a str, Failure> {
    tags.get(TARGET_TAG).map(String::as_str).filter(|name| Target::is_name(name)).ok_or_else(|| {
        Failure::permanent(format!(
            "{resource} has no tag `{TARGET_TAG}` with the name of a target; tag it with the name of its target"
        ))
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
            assert!(refused.to_string().contains("at most 63"), "{refused}");
            assert!(name.trim().is_empty() || !refused.to_string().contains(name), "{refused}");
        }
    }
}
