//! When what consumers read when they start was another than it is now, as far as that is kept.

use cloud::{
    Clients,
    secrets_manager::{self, CURRENT, PREVIOUS, Version},
    ssm,
};
use policy::{
    Failure,
    consumers::{ConsumerFacts, Seen, Task},
    rollout::{KeysVersion, ParameterVersion, Stretch, promoted_ms},
    target::{Consumer, Output, SecretKeys, Target},
};
use runtime::{moment::millis, versions::Versions};

use crate::outputs::PUBLISHED;

/// Whether anything can have changed that ECS services of the settings read when they start.
pub(crate) fn are_possible(secret: &Versions) -> bool {
    let Target { consumers, outputs, .. } = &secret.target;
    let is_service = |consumer: &Consumer| matches!(consumer, Consumer::EcsService { .. });
    let is_read = |output: &Output| !matches!(output, Output::LambdaEnvironment(_));
    consumers.iter().any(is_service) && (promoted_ms(&secret.facts()).is_some() || outputs.iter().any(is_read))
}

/// Reads when anything changed: AWSCURRENT itself, and what is published of it where these services read it.
///
/// # Errors
/// Those of the calls.
pub(crate) async fn read(
    clients: &Clients,
    secret: &Versions,
    consumers: &[ConsumerFacts],
) -> Result<Vec<Stretch>, Failure> {
    let tasks: Vec<&Task> = consumers.iter().flat_map(tasks).collect();
    let mut changes: Vec<Stretch> = promoted_ms(&secret.facts()).map(Stretch::until).into_iter().collect();
    for output in secret.target.outputs.iter().filter(|_| !consumers.is_empty()) {
        match output {
            Output::SsmParameter(parameter) => changes.extend(of_parameter(clients, &parameter.name, &tasks).await?),
            Output::SecretKeys(keys) => changes.extend(of_keys(clients, keys, &tasks).await?),
            // It is one function's, and no service reads it.
            Output::LambdaEnvironment(_) => {}
        }
    }
    Ok(changes)
}

fn tasks(consumer: &ConsumerFacts) -> &[Task] {
    match &consumer.seen {
        Seen::Service { tasks, .. } => tasks,
        Seen::Function { .. } | Seen::Missing(_) => &[],
    }
}

/// The versions before the newest are read only where a task is older than that: each has to be decrypted.
async fn of_parameter(clients: &Clients, name: &str, tasks: &[&Task]) -> Result<Vec<Stretch>, Failure> {
    let newest = ssm::version(clients.ssm(), name).await?;
    let Some(newest) = newest.filter(|newest| newest.version > 1) else { return Ok(Vec::new()) };
    let before = Stretch::until(newest.modified.and_then(millis).unwrap_or_default());
    if !tasks.iter().any(|task| before.meets(task)) {
        return Ok(vec![before]);
    }
    let versions = ssm::history(clients.ssm(), name).await?.into_iter().map(|version| ParameterVersion {
        number: version.version,
        modified_ms: version.modified.and_then(millis).unwrap_or_default(),
        value: version.value,
        is_published: version.labels.iter().any(|label| label == PUBLISHED),
    });
    Ok(Stretch::of_parameter(versions.collect()))
}

async fn of_keys(clients: &Clients, keys: &SecretKeys, tasks: &[&Task]) -> Result<Option<Stretch>, Failure> {
    let SecretKeys { secret_id, keys, .. } = keys;
    let description = secrets_manager::describe(clients.secrets_manager(), secret_id).await?;
    let read = async |label| match description.version_with(label) {
        Some(id) => {
            let version = secrets_manager::version(clients.secrets_manager(), secret_id, id).await?;
            Ok::<_, Failure>(version.map(version_of_keys))
        }
        None => Ok(None),
    };
    if description.version_with(PREVIOUS).is_none() {
        return Ok(None);
    }
    let Some(current) = read(CURRENT).await? else { return Ok(None) };
    let before = Stretch::until(current.created_ms);
    if !tasks.iter().any(|task| before.meets(task)) {
        return Ok(Some(before));
    }
    let previous = read(PREVIOUS).await?;
    Ok(Stretch::of_keys(keys.keys().map(String::as_str), &current, previous.as_ref()))
}

fn version_of_keys(version: Version) -> KeysVersion {
    KeysVersion { value: version.value, created_ms: version.created.and_then(millis).unwrap_or_default() }
}
