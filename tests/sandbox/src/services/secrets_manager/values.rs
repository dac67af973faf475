//! Values and versions: get, put, list.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    errors::{exists, invalid_parameter, invalid_request, limit, next_token, no_value},
    store::{Secret, State, day, seconds, token},
    value::Value,
    versions::{CURRENT, PENDING, Version},
};
use crate::{
    services::page::page,
    wire::{Answer, AwsError, Call},
};

/// The labels that one version can carry.
pub(super) const MAX_STAGES: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GetSecretValue {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutSecretValue {
    secret_id: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    version_stages: Option<BTreeSet<String>>,
    rotation_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListSecretVersionIds {
    secret_id: String,
    max_results: Option<usize>,
    next_token: Option<String>,
    include_deprecated: Option<bool>,
}

/// Refuses a label that can't be one.
pub(super) fn check_stage(stage: &str) -> Result<(), AwsError> {
    match stage.chars().count() {
        1..=256 => Ok(()),
        _ => Err(invalid_parameter("A staging label must have between 1 and 256 characters.")),
    }
}

/// Returns a value, that of `AWSCURRENT` by default. An empty version is not found.
pub(super) fn get(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: GetSecretValue = call.input()?;
    let secret = state.live(&input.secret_id)?;
    let version = match (&input.version_id, &input.version_stage) {
        (Some(id), Some(stage)) => {
            let version = secret.versions.get(id).ok_or_else(|| no_value(&format!("VersionId: {id}")))?;
            if !version.stages.contains(stage) {
                return Err(invalid_request(
                    "You provided a VersionStage that is not associated to the provided VersionId.",
                ));
            }
            Some(version)
        }
        (Some(id), None) => secret.versions.get(id),
        (None, Some(stage)) => secret.versions.with_stage(stage),
        (None, None) => secret.versions.with_stage(CURRENT),
    };
    let found = version.and_then(|version| Some((version, version.value.as_ref()?)));
    let (version, value) = found.ok_or_else(|| match (&input.version_id, &input.version_stage) {
        (Some(id), _) => no_value(&format!("VersionId: {id}")),
        (None, stage) => no_value(&format!("staging label: {}", stage.as_deref().unwrap_or(CURRENT))),
    })?;
    let mut answer = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version.id,
        "VersionStages": version.stages,
        "CreatedDate": seconds(version.created),
    });
    value.add_to(&mut answer);
    let id = version.id.clone();
    secret.accessed = Some(now);
    if let Some(version) = secret.versions.get_mut(&id) {
        version.accessed = Some(now);
    }
    Ok(Answer::json(answer))
}

/// Stores a value in a new version, or in the empty one of a rotation.
///
/// - same token, same value: no new version; labels that the request names are moved to the version
/// - same token, another value: `ResourceExistsException`
/// - a new version during a rotation: the rotation is abandoned
pub(super) fn put(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: PutSecretValue = call.input()?;
    let settings = state.settings;
    let token = token(input.client_request_token, |message| invalid_request(message))?;
    let value = Value::demand(input.secret_string, input.secret_binary)?;
    let named = input.version_stages.is_some();
    let mut stages = input.version_stages.unwrap_or_else(|| BTreeSet::from([CURRENT.to_owned()]));
    stages.iter().try_for_each(|stage| check_stage(stage))?;
    match stages.len() {
        0 => return Err(invalid_parameter("VersionStages must have at least one label.")),
        1..=MAX_STAGES => {}
        _ => return Err(limit("A version has at most 20 staging labels.")),
    }
    let secret = state.live(&input.secret_id)?;
    check_rotation_token(secret, &token, input.rotation_token.as_deref(), settings.demand_rotation_token)?;
    match secret.versions.get(&token).map(|version| &version.value) {
        Some(Some(old)) if old.is(&value) => {
            stages.iter().filter(|_| named).for_each(|stage| secret.versions.attach(stage, &token));
            return Ok(stored(secret, &token));
        }
        Some(Some(_)) => {
            return Err(exists(format!(
                "You can't use ClientRequestToken {token} because that value is already in use for a version of secret {}.",
                secret.arn
            )));
        }
        Some(None) => {}
        None => {
            if secret.versions.with_stage(CURRENT).is_none() {
                // Whatever the caller says: the first version is the current one.
                stages.insert(CURRENT.to_owned());
            }
            secret.abandon_rotation();
            secret.versions.add(&token, None, now);
        }
    }
    if let Some(version) = secret.versions.get_mut(&token) {
        version.value = Some(value.clone());
    }
    if settings.promote_early && stages.contains(PENDING) {
        stages.insert(CURRENT.to_owned());
    }
    for stage in &stages {
        secret.versions.attach(stage, &token);
    }
    secret.changed = now;
    let answer = stored(secret, &token);
    state.values.push(value.shown().clone());
    Ok(answer)
}

/// Refuses a wrong rotation token, and a missing one if it is required.
fn check_rotation_token(
    secret: &mut Secret,
    token: &str,
    rotation_token: Option<&str>,
    demanded: bool,
) -> Result<(), AwsError> {
    let given_out = secret.running().filter(|run| run.token == token).map(|run| run.rotation_token.as_str());
    match (given_out, rotation_token) {
        (Some(_), None) if demanded => Err(AwsError::new(
            "AccessDeniedException",
            "The RotationToken of the rotation is needed, as for a rotation through an assumed role.",
        )),
        (expected, Some(given)) if expected != Some(given) => Err(invalid_parameter("The RotationToken is not valid.")),
        _ => Ok(()),
    }
}

fn stored(secret: &Secret, token: &str) -> Answer {
    let stages = secret.versions.get(token).map(|version| &version.stages);
    Answer::json(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": token, "VersionStages": stages }))
}

/// Lists versions with a label, and deprecated ones on request.
pub(super) fn list_versions(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListSecretVersionIds = call.input()?;
    let size = input.max_results.unwrap_or(100);
    if !(1..=100).contains(&size) {
        return Err(invalid_parameter("MaxResults must be between 1 and 100."));
    }
    let secret = state.secret(&input.secret_id)?;
    let deprecated_too = input.include_deprecated.unwrap_or(false);
    let wanted = |version: &&Version| deprecated_too || !version.stages.is_empty();
    let versions: Vec<Json> = secret
        .versions
        .iter()
        .filter(wanted)
        .map(|version| {
            let mut entry = json!({
                "VersionId": version.id,
                "VersionStages": version.stages,
                "CreatedDate": seconds(version.created),
                "KmsKeyIds": [secret.kms_key_id.as_deref().unwrap_or("DefaultEncryptionKey")],
            });
            if let Some(accessed) = version.accessed {
                entry["LastAccessedDate"] = day(accessed).into();
            }
            entry
        })
        .collect();
    let (versions, next) = page(versions, size, input.next_token.as_deref()).ok_or_else(next_token)?;
    let mut answer = json!({ "ARN": secret.arn, "Name": secret.name, "Versions": versions });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}
