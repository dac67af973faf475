//! `UpdateSecretVersionStage`.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html>

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    errors::{invalid_parameter, invalid_request, limit, no_value},
    store::State,
    values::{MAX_STAGES, check_stage},
    versions::CURRENT,
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

/// Moves or removes a label.
///
/// - a label of another version moves only if `RemoveFromVersionId` names that version
/// - `AWSCURRENT` cannot be removed; when it moves, `AWSPREVIOUS` follows
pub(super) fn update(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let Input { secret_id, version_stage: stage, remove_from_version_id: from, move_to_version_id: to } =
        call.input()?;
    check_stage(&stage)?;
    let secret = state.live(&secret_id)?;
    for id in from.iter().chain(&to) {
        secret.versions.get(id).ok_or_else(|| no_value(&format!("VersionId: {id}")))?;
    }
    let holder = secret.versions.with_stage(&stage).map(|version| version.id.clone());
    if let Some(from) = &from
        && holder.as_ref() != Some(from)
    {
        return Err(invalid_parameter(format!(
            "The parameter RemoveFromVersionId is not right: staging label {stage} is not attached to version {from}."
        )));
    }
    match (&to, holder) {
        (None, _) if from.is_none() => {
            return Err(invalid_parameter("RemoveFromVersionId or MoveToVersionId is needed."));
        }
        (None, _) if stage == CURRENT => {
            return Err(invalid_parameter(
                "You can only move staging label AWSCURRENT to a different secret version. It can't be completely \
                 removed.",
            ));
        }
        (None, _) => secret.versions.detach(&stage),
        (Some(to), Some(holder)) if holder != *to && from.is_none() => {
            return Err(invalid_parameter(format!(
                "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently attached to \
                 version {holder}, so you must explicitly reference that version in RemoveFromVersionId."
            )));
        }
        (Some(to), _) => {
            let target = secret.versions.get(to);
            if stage == CURRENT && target.is_some_and(|version| version.value.is_none()) {
                return Err(invalid_request("AWSCURRENT can't move to a version that has no value."));
            }
            if target.is_some_and(|version| version.stages.len() >= MAX_STAGES && !version.stages.contains(&stage)) {
                return Err(limit("A version has at most 20 staging labels."));
            }
            secret.versions.attach(&stage, to);
        }
    }
    secret.changed = now;
    Ok(Answer::json(json!({ "ARN": secret.arn, "Name": secret.name })))
}
