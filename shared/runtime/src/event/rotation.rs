//! Rotations: the event with which Secrets Manager asks for a step, and the one that says how a rotation ended.

use aws_lambda_events::event::secretsmanager::SecretsManagerSecretRotationEvent;
use policy::{Failure, rotation::Step};
use serde::Deserialize;
use serde_json::Value;

use super::{
    envelope::Envelope,
    read::{read, required},
};

/// A step of a rotation that Secrets Manager asks for.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>
#[derive(Clone, PartialEq, Eq)]
pub struct RotationEvent {
    /// The step.
    pub step: Step,
    /// The secret's ARN.
    pub secret_id: String,
    /// The version that is rotated in.
    pub version_id: String,
    /// What proves, across accounts and assumed roles, that `PutSecretValue` belongs to this rotation. Treated as a secret.
    pub rotation_token: Option<String>,
}

impl std::fmt::Debug for RotationEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RotationEvent")
            .field("step", &self.step)
            .field("secret_id", &self.secret_id)
            .field("version_id", &self.version_id)
            .field("rotation_token", &self.rotation_token.as_ref().map(|_| "[redacted]"))
            .finish()
    }
}

impl RotationEvent {
    /// Reads an event.
    ///
    /// # Errors
    /// Permanent, naming the field, where one is missing, misspelt or empty.
    pub fn parse(event: Value) -> Result<Self, Failure> {
        let is_text = |field: &&str| event.get(*field).is_some_and(Value::is_string);
        let wrong = ["Step", "SecretId", "ClientRequestToken"].into_iter().find(|field| !is_text(field));
        // The parser's own error is left out: it quotes values.
        let event: SecretsManagerSecretRotationEvent = serde_json::from_value(event).map_err(|_| {
            Failure::permanent(format!(
                "this is not a rotation event of Secrets Manager: its `{}` is not a string",
                wrong.unwrap_or("RotationToken")
            ))
            .with_last_step("Leave the invocation of this function to Secrets Manager")
        })?;
        let rotation_token = match event.other.get("RotationToken") {
            None | Some(Value::Null) => None,
            Some(Value::String(token)) => Some(token.clone()),
            Some(_) => return Err(Failure::permanent("the event's `RotationToken` is not a string")),
        };
        if !event.secret_id.starts_with("arn:") {
            return Err(Failure::permanent("the event's `SecretId` is not an ARN; Secrets Manager sends one"));
        }
        // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
        if !(32..=64).contains(&event.client_request_token.len()) {
            return Err(Failure::permanent("the event's `ClientRequestToken` must have 32 to 64 characters"));
        }
        Ok(Self {
            step: event.step.parse()?,
            secret_id: event.secret_id,
            version_id: event.client_request_token,
            rotation_token,
        })
    }
}

/// A rotation started or ended, as `CloudTrail` reports it.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationResult {
    /// The secret's ARN.
    pub secret_arn: String,
    /// What happened, as in `RotationSucceeded`, `RotationFailed` or `RotationAbandoned`.
    pub event: String,
    /// When, in milliseconds since 1970.
    pub at_ms: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Detail {
    event_name: Option<String>,
    additional_event_data: Option<Secret>,
    service_event_details: Option<Secret>,
    #[serde(deserialize_with = "super::read::millis")]
    event_time: Option<u64>,
}

/// Both spellings have been seen.
#[derive(Deserialize)]
struct Secret {
    #[serde(alias = "SecretId", rename = "secretId")]
    id: Option<String>,
}

impl RotationResult {
    pub(super) fn read(envelope: &Envelope) -> Result<Self, Failure> {
        let detail = read::<Option<Detail>>(&envelope.detail, "detail")?.unwrap_or_default();
        let secrets = [detail.additional_event_data, detail.service_event_details].into_iter().flatten();
        let secret = secrets.filter_map(|secret| secret.id).next();
        Ok(Self {
            secret_arn: required(secret, "detail.additionalEventData.SecretId")?,
            event: required(detail.event_name, "detail.eventName")?,
            at_ms: detail.event_time.or(envelope.time),
        })
    }
}
