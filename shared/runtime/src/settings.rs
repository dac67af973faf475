//! The target of an event, and its settings: every version that matters, and so the one that is in force.

use std::collections::HashMap;

use cloud::{
    Clients, ecs, elasticache,
    ssm::{self, Kept},
};
use policy::{
    Failure, Target,
    cutover::{CURRENT, History, PREVIOUS, ROLLED_BACK, Revision},
};
use secrecy::ExposeSecret;

use crate::trigger::Resource;

/// The tag by which a resource names the target it belongs to.
pub const TARGET_TAG: &str = "redis-lifecycle:target";

/// Where the settings documents are kept, as a parameter's name without the target's.
pub const PARAMETER_PREFIX: &str = "/redis-lifecycle/targets/";

/// Reads the name of the target off a resource's tags.
///
/// # Errors
/// Permanent where the resource has no such tag, or an empty one.
pub fn target_name<'a>(resource: &str, tags: &'a HashMap<String, String>) -> Result<&'a str, Failure> {
    tags.get(TARGET_TAG).map(String::as_str).filter(|name| !name.is_empty()).ok_or_else(|| {
        Failure::permanent(format!("{resource} has no tag `{TARGET_TAG}`; tag it with the name of its target"))
    })
}

/// The name of the parameter that holds a target's settings.
pub fn parameter(name: &str) -> String {
    format!("{PARAMETER_PREFIX}{name}")
}

/// Reads a target's settings: the newest, and those that labels point at. [`History::in_force`] says which of them hold.
///
/// # Errors
/// Permanent, naming the parameter and the field, where there is none, the newest are refused, or nobody can say which ones
/// hold.
///
/// # Permissions
/// `ssm:GetParameterHistory` on the parameter
pub async fn load(clients: &Clients, name: &str) -> Result<History, Failure> {
    let parameter = parameter(name);
    let refused = |failure| Failure::permanent(format!("the parameter {parameter} is refused")).because(failure);
    let kept = ssm::history(clients.ssm(), &parameter).await?;
    let newest = kept.last().ok_or_else(|| {
        Failure::permanent(format!("there is no parameter {parameter}; put the target's settings document there"))
    })?;
    let newest = read(name, newest).map_err(refused)?;
    let carrying = |label: &str| kept.iter().find(|kept| kept.labels.iter().any(|carried| carried == label));
    // Those of an older schema than today's cannot be read, and are no reason to stop.
    let labelled = |label| carrying(label).and_then(|kept| read(name, kept).ok());
    let (current, previous) = (labelled(CURRENT), labelled(PREVIOUS));
    let history = History { newest, current, previous, rolled_back: carrying(ROLLED_BACK).map(|kept| kept.version) };
    history.check().map_err(refused)?;
    let (newest, in_force) = (history.newest.version, history.in_force().version);
    if newest != in_force {
        tracing::warn!(newest, in_force, "the newest settings of {parameter} are not in force");
    }
    Ok(history)
}

fn read(name: &str, kept: &Kept) -> Result<Revision, Failure> {
    let target = Target::parse(kept.value.expose_secret())?;
    match target.name == name {
        true => Ok(Revision { version: kept.version, target }),
        false => Err(Failure::permanent(format!("its `name` is {:?}; it must be {name:?}", target.name))),
    }
}

/// Reads the tags of a resource; one that is gone has none.
///
/// # Errors
/// Permanent where the role may not read them.
///
/// # Permissions
/// `ssm:ListTagsForResource`, `ecs:ListTagsForResource`, `elasticache:ListTagsForResource`
pub async fn tags(clients: &Clients, resource: &Resource) -> Result<HashMap<String, String>, Failure> {
    let (tags, gone) = match resource {
        Resource::Parameter(name) => (ssm::tags(clients.ssm(), name).await, "InvalidResourceId"),
        Resource::Service(arn) => (ecs::tags(clients.ecs(), arn).await, "ServiceNotFoundException"),
        Resource::ReplicationGroup(arn) => {
            (elasticache::groups::tags(clients.elasticache(), arn).await, "ReplicationGroupNotFoundFault")
        }
    };
    match tags {
        Err(error) if error.is(gone) => Ok(HashMap::new()),
        tags => Ok(tags?),
    }
}
