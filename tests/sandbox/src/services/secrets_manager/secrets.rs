//! Secrets as a whole: create, describe, list, delete, restore.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{
    errors::{exists, invalid_parameter, invalid_request, next_token},
    store::{Secret, State, day, new_arn, seconds, token},
    tags::{self, Tag},
    value::Value,
    versions::{CURRENT, Versions},
};
use crate::{
    services::page::page,
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateSecret {
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct OneSecret {
    secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteSecret {
    secret_id: String,
    recovery_window_in_days: Option<i64>,
    force_delete_without_recovery: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListSecrets {
    max_results: Option<usize>,
    next_token: Option<String>,
    #[serde(default)]
    filters: Vec<Filter>,
    include_planned_deletion: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    key: String,
    values: Vec<String>,
}

/// Creates a secret. The same request twice creates one.
pub(super) fn create(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let CreateSecret { name, client_request_token, description, kms_key_id, secret_string, secret_binary, tags } =
        call.input()?;
    let token = token(client_request_token, |message| invalid_request(message))?;
    let legal = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if name.is_empty() || name.len() > 512 || !name.chars().all(legal) {
        return Err(AwsError::new(
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    let value = Value::read(secret_string, secret_binary)?;
    if let Some(secret) = state.secrets.get(&name) {
        if secret.deleted.is_some() {
            return Err(invalid_request(
                "You can't create this secret because a secret with this name is already scheduled for deletion.",
            ));
        }
        let stored = secret.versions.get(&token).and_then(|version| version.value.as_ref());
        return match (stored, &value) {
            (Some(old), Some(new)) if old.is(new) => Ok(created(secret, Some(&token))),
            _ => Err(exists(format!("The operation failed because the secret {name} already exists."))),
        };
    }
    let mut secret = Secret {
        arn: new_arn(&name),
        name: name.clone(),
        description,
        kms_key_id,
        tags: (!tags.is_empty()).then(|| tags::with(&Default::default(), tags)).transpose()?,
        versions: Versions::default(),
        created: now,
        changed: now,
        accessed: None,
        deleted: None,
        rotation: None,
        run: None,
    };
    let has_value = value.is_some();
    if let Some(value) = value {
        state.values.push(value.shown().clone());
        secret.versions.add(&token, Some(value), now);
        secret.versions.attach(CURRENT, &token);
    }
    let answer = created(&secret, has_value.then_some(&token));
    state.secrets.insert(name, secret);
    Ok(answer)
}

fn created(secret: &Secret, version: Option<&str>) -> Answer {
    let mut answer = json!({ "ARN": secret.arn, "Name": secret.name });
    if let Some(version) = version {
        answer["VersionId"] = version.into();
    }
    Answer::json(answer)
}

/// Describes a secret, without its value.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: OneSecret = call.input()?;
    let secret = state.secret(&input.secret_id)?;
    let mut answer = entry(secret);
    if let Some(labelled) = labelled(secret) {
        answer["VersionIdsToStages"] = labelled;
    }
    Ok(Answer::json(answer))
}

/// The versions with a label, and their labels; `None` where there is no such version.
fn labelled(secret: &Secret) -> Option<Json> {
    let labelled = secret.versions.iter().filter(|version| !version.stages.is_empty());
    let labelled: serde_json::Map<_, _> = labelled.map(|version| (version.id.clone(), json!(version.stages))).collect();
    (!labelled.is_empty()).then(|| labelled.into())
}

/// What Describe and List have in common. Absent are `Tags` of a secret that never had one, and `RotationEnabled` while rotation
/// was neither configured nor cancelled.
fn entry(secret: &Secret) -> Json {
    let mut entry = json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "CreatedDate": seconds(secret.created),
        "LastChangedDate": seconds(secret.changed),
    });
    let mut put = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            entry[key] = value;
        }
    };
    let time = |time: Option<Timestamp>| time.map(|time| json!(seconds(time)));
    let tag = |(key, value): (&String, &String)| json!({ "Key": key, "Value": value });
    put("Tags", secret.tags.as_ref().map(|tags| tags.iter().map(tag).collect()));
    put("Description", secret.description.clone().map(Json::from));
    put("KmsKeyId", secret.kms_key_id.clone().map(Json::from));
    put("LastAccessedDate", secret.accessed.map(|accessed| json!(day(accessed))));
    put("DeletedDate", time(secret.deleted));
    if let Some(rotation) = &secret.rotation {
        put("RotationEnabled", Some(rotation.enabled.into()));
        put("RotationLambdaARN", rotation.lambda_arn.clone().map(Json::from));
        put("RotationRules", rotation.rules.as_ref().map(|rules| json!(rules)));
        put("LastRotatedDate", time(rotation.last));
        let rules = rotation.rules.as_ref().filter(|_| rotation.enabled);
        put("NextRotationDate", time(rules.and_then(|rules| rules.next(rotation.last.unwrap_or(rotation.configured)))));
    }
    entry
}

/// Lists the secrets that pass all filters.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListSecrets = call.input()?;
    let size = input.max_results.unwrap_or(100);
    if !(1..=100).contains(&size) {
        return Err(invalid_parameter("MaxResults must be between 1 and 100."));
    }
    let mut entries = Vec::new();
    for secret in state.secrets.values() {
        let mut wanted = secret.deleted.is_none() || input.include_planned_deletion == Some(true);
        for filter in &input.filters {
            wanted &= passes(secret, filter)?;
        }
        if wanted {
            let mut entry = entry(secret);
            if let Some(labelled) = labelled(secret) {
                entry["SecretVersionsToStages"] = labelled;
            }
            entries.push(entry);
        }
    }
    let (entries, next) = page(entries, size, input.next_token.as_deref()).ok_or_else(next_token)?;
    let mut answer = json!({ "SecretList": entries });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}

/// Whether a secret passes a filter: any of the values is a prefix. `!` before a value negates it.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html>
fn passes(secret: &Secret, filter: &Filter) -> Result<bool, AwsError> {
    let matches = |prefix: &str| match filter.key.as_str() {
        "name" => Ok(secret.name.starts_with(prefix)),
        "description" => {
            let description = secret.description.as_deref().unwrap_or_default().to_lowercase();
            Ok(description.starts_with(&prefix.to_lowercase()))
        }
        "tag-key" => Ok(secret.tags.iter().flat_map(BTreeMap::keys).any(|key| key.starts_with(prefix))),
        "tag-value" => Ok(secret.tags.iter().flat_map(BTreeMap::values).any(|value| value.starts_with(prefix))),
        other => Err(invalid_parameter(format!("the sandbox has no filter {other}"))),
    };
    let mut any = false;
    for value in &filter.values {
        any |= match value.strip_prefix('!') {
            Some(unwanted) => !matches(unwanted)?,
            None => matches(value)?,
        };
    }
    Ok(any)
}

/// Marks a secret for deletion, or deletes it at once; a rotation in progress ends. The answer says when it will be gone.
pub(super) fn delete(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: DeleteSecret = call.input()?;
    let force = input.force_delete_without_recovery.unwrap_or(false);
    if force && input.recovery_window_in_days.is_some() {
        return Err(invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    let days = input.recovery_window_in_days.unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(invalid_parameter("RecoveryWindowInDays must be between 7 and 30 days."));
    }
    let secret = state.live(&input.secret_id)?;
    secret.cancel_rotation();
    (secret.deleted, secret.changed) = (Some(now), now);
    let gone = if force { now } else { now + SignedDuration::from_hours(24 * days) };
    let answer = json!({ "ARN": secret.arn, "Name": secret.name, "DeletionDate": seconds(gone) });
    let name = secret.name.clone();
    if force {
        state.secrets.remove(&name);
    }
    Ok(Answer::json(answer))
}

/// Cancels the deletion.
pub(super) fn restore(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: OneSecret = call.input()?;
    let secret = state.secret(&input.secret_id)?;
    (secret.deleted, secret.changed) = (None, now);
    Ok(Answer::json(json!({ "ARN": secret.arn, "Name": secret.name })))
}
