//! `RotateSecret` and `CancelRotateSecret`.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html>

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{
    SecretsManager,
    errors::{invalid_parameter, invalid_request},
    functions::name_of,
    run::{Kind, Run},
    schedule::Rules,
    store::{Rotation, Secret, State, token},
    versions::{CURRENT, PENDING},
};
use crate::wire::{Answer, AwsError, Call};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RotateSecret {
    secret_id: String,
    client_request_token: Option<String>,
    #[serde(rename = "RotationLambdaARN")]
    rotation_lambda_arn: Option<String>,
    rotation_rules: Option<Rules>,
    rotate_immediately: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CancelRotateSecret {
    secret_id: String,
}

/// Configures rotation and starts one. The steps run after the answer.
///
/// - no function, or an unknown one: refused
/// - the same token again: no second rotation
/// - an unfinished rotation: refused, and the unfinished one is tried again with its own token, at once or after a while
/// - an empty pending version without a rotation in progress does not count as unfinished
pub(super) fn rotate(this: &Arc<SecretsManager>, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: RotateSecret = call.input()?;
    let token = token(input.client_request_token, |message| invalid_parameter(message))?;
    input.rotation_rules.as_ref().map_or(Ok(()), Rules::check)?;
    let mut guard = this.state();
    let state = &mut *guard;
    let secret = state.live(&input.secret_id)?;
    let configured = secret.rotation.as_ref();
    let lambda_arn = input
        .rotation_lambda_arn
        .or_else(|| configured?.lambda_arn.clone())
        .ok_or_else(|| invalid_request("No Lambda rotation function ARN is associated with this secret."))?;
    if !this.functions.has(name_of(&lambda_arn)) {
        return Err(AwsError::new(
            "AccessDeniedException",
            "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants \
             access to the principal secretsmanager.amazonaws.com.",
        ));
    }
    let known = secret.versions.get(&token).map(|version| (version.stages.contains(CURRENT), version.value.is_some()));
    let its_own =
        secret.run.as_ref().is_some_and(|run| run.token == token && (run.in_progress || run.report.succeeded));
    if its_own || matches!(known, Some((true, _))) {
        return Ok(answer(secret, &token));
    }
    if known.is_some() && !secret.versions.carries(&token, PENDING) {
        return Err(invalid_request("A version with this ClientRequestToken exists, and is not being rotated to."));
    }
    let rotation = Rotation {
        enabled: true,
        lambda_arn: Some(lambda_arn),
        rules: input.rotation_rules.or_else(|| configured.and_then(|rotation| rotation.rules.clone())),
        configured: now,
        last: configured.and_then(|rotation| rotation.last),
    };
    let in_progress = secret.running().is_some();
    let pending = secret.unfinished().map(|version| (version.id.clone(), version.value.is_some()));
    if in_progress || pending.as_ref().is_some_and(|(_, has_value)| *has_value) {
        let arn = secret.arn.clone();
        if let (false, Some((old, _))) = (in_progress, pending) {
            secret.rotation.get_or_insert(rotation);
            let after = state.settings.timing.reattempt_after;
            begin(this, state, &arn, Kind::Rotate, &old, after);
        }
        return Err(invalid_request("A previous rotation isn't complete. That rotation will be reattempted."));
    }
    secret.rotation = Some(rotation);
    secret.changed = now;
    let kind = if input.rotate_immediately.unwrap_or(true) { Kind::Rotate } else { Kind::Test };
    let copied = secret.versions.with_stage(CURRENT).and_then(|version| version.value.clone());
    let value = copied.filter(|_| kind == Kind::Test && !state.settings.test_with_empty_pending);
    // Made under the lock that found the secret, so it is still there.
    let secret = state.live(&input.secret_id)?;
    if known.is_none() {
        secret.versions.add(&token, value, now);
    }
    secret.versions.attach(PENDING, &token);
    let (arn, answer) = (secret.arn.clone(), answer(secret, &token));
    begin(this, state, &arn, kind, &token, Duration::ZERO);
    Ok(answer)
}

fn begin(this: &Arc<SecretsManager>, state: &mut State, arn: &str, kind: Kind, token: &str, after: Duration) {
    state.runs += 1;
    let number = state.runs;
    if let Ok(secret) = state.live(arn) {
        secret.run = Some(Run::new(number, kind, token));
        this.drive(arn.to_owned(), number, after);
    }
}

fn answer(secret: &Secret, token: &str) -> Answer {
    Answer::json(json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": token }))
}

/// Turns rotation off, even if it was never configured, and cancels the one in progress. Its labels stay.
pub(super) fn cancel(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: CancelRotateSecret = call.input()?;
    let secret = state.live(&input.secret_id)?;
    let never = Rotation { enabled: false, lambda_arn: None, rules: None, configured: now, last: None };
    secret.rotation.get_or_insert(never).enabled = false;
    secret.changed = now;
    secret.cancel_rotation();
    Ok(Answer::json(json!({ "ARN": secret.arn, "Name": secret.name })))
}
