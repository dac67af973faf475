//! The target of an event, and its settings document.

use std::collections::HashMap;

use cloud::{Clients, ecs, elasticache, ssm};
use policy::{Failure, Target};

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

/// Reads a target's settings document.
///
/// # Errors
/// Permanent, naming the parameter and the field, where there is none or it is refused.
///
/// # Permissions
/// `ssm:GetParameter` on the parameter
pub async fn load(clients: &Clients, name: &str) -> Result<Target, Failure> {
    let parameter = format!("{PARAMETER_PREFIX}{name}");
    let document = ssm::parameter(&clients.ssm, &parameter).await?.ok_or_else(|| {
        Failure::permanent(format!("there is no parameter {parameter}; put the target's settings document there"))
    })?;
    let target = Target::parse(&document)
        .map_err(|failure| Failure::permanent(format!("the parameter {parameter} is refused")).because(failure))?;
    if target.name != name {
        return Err(Failure::permanent(format!(
            "the parameter {parameter} is refused: its `name` is {:?}; it must be {name:?}",
            target.name
        )));
    }
    Ok(target)
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
        Resource::Parameter(name) => (ssm::tags(&clients.ssm, name).await, "InvalidResourceId"),
        Resource::Service(arn) => (ecs::tags(&clients.ecs, arn).await, "ServiceNotFoundException"),
        Resource::ReplicationGroup(arn) => {
            (elasticache::groups::tags(&clients.elasticache, arn).await, "ReplicationGroupNotFoundFault")
        }
    };
    match tags {
        Err(error) if error.is(gone) => Ok(HashMap::new()),
        tags => Ok(tags?),
    }
}
