//! Finds the periods in which a starting consumer read an outdated value, as far back as AWS keeps the history.

use cloud::{
    Clients,
    secrets_manager::{self, Version},
    ssm,
};
use policy::{
    Failure,
    consumers::{ConsumerFacts, Seen, Task},
    labels::{AWSCURRENT, AWSPREVIOUS, CURRENT},
    rollout::{KeysVersion, ParameterVersion, StalePeriod},
    target::{Output, SecretKeys},
};
use runtime::{moment::millis, secret::Secret};

/// Reads the periods before every change: of AWSCURRENT itself, and of the outputs that these services read.
///
/// # Errors
/// Those of the calls.
pub(crate) async fn read(
    clients: &Clients,
    secret: &Secret,
    consumers: &[ConsumerFacts],
) -> Result<Vec<StalePeriod>, Failure> {
    let tasks: Vec<&Task> = consumers.iter().flat_map(tasks).collect();
    let mut stale: Vec<StalePeriod> = secret.facts().promoted_ms().map(StalePeriod::until).into_iter().collect();
    for output in secret.target.outputs.iter().filter(|_| !consumers.is_empty()) {
        match output {
            Output::SsmParameter(parameter) => stale.extend(of_parameter(clients, &parameter.name, &tasks).await?),
            Output::SecretKeys(keys) => stale.extend(of_keys(clients, keys, &tasks).await?),
            // No service reads the environment of a function.
            Output::LambdaEnvironment(_) => {}
        }
    }
    Ok(stale)
}

fn tasks(consumer: &ConsumerFacts) -> &[Task] {
    match &consumer.seen {
        Seen::Service { tasks, .. } => tasks,
        Seen::Function { .. } | Seen::Unreadable { .. } => &[],
    }
}

/// Versions before the newest are read only if a task is older than it: each has to be decrypted.
async fn of_parameter(clients: &Clients, name: &str, tasks: &[&Task]) -> Result<Vec<StalePeriod>, Failure> {
    let newest = ssm::version(clients.ssm(), name).await?;
    let Some(newest) = newest.filter(|newest| newest.version > 1) else { return Ok(Vec::new()) };
    let before = StalePeriod::until(newest.modified.and_then(millis).unwrap_or_default());
    if !tasks.iter().any(|task| before.meets(task)) {
        return Ok(vec![before]);
    }
    let versions = ssm::history(clients.ssm(), name).await?.into_iter().map(|version| ParameterVersion {
        number: version.version,
        modified_ms: version.modified.and_then(millis).unwrap_or_default(),
        value: version.value,
        is_published: version.labels.iter().any(|label| label == CURRENT),
    });
    Ok(StalePeriod::of_parameter(versions.collect()))
}

async fn of_keys(clients: &Clients, keys: &SecretKeys, tasks: &[&Task]) -> Result<Option<StalePeriod>, Failure> {
    let SecretKeys { secret_id, keys, .. } = keys;
    let description = secrets_manager::describe(clients.secrets_manager(), secret_id).await?;
    let read = async |label| match description.version_with(label) {
        Some(id) => {
            let version = secrets_manager::version(clients.secrets_manager(), secret_id, id).await?;
            Ok::<_, Failure>(version.and_then(version_of_keys))
        }
        None => Ok(None),
    };
    if description.version_with(AWSPREVIOUS).is_none() {
        return Ok(None);
    }
    let Some(current) = read(AWSCURRENT).await? else { return Ok(None) };
    let before = StalePeriod::until(current.created_ms);
    if !tasks.iter().any(|task| before.meets(task)) {
        return Ok(Some(before));
    }
    let previous = read(AWSPREVIOUS).await?;
    Ok(StalePeriod::of_keys(keys.keys().map(String::as_str), &current, previous.as_ref()))
}

/// The version for policy; `None` if it is binary, and so has no keys.
fn version_of_keys(version: Version) -> Option<KeysVersion> {
    Some(KeysVersion { value: version.value?, created_ms: version.created.and_then(millis).unwrap_or_default() })
}
