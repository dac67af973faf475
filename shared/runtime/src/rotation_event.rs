//! The event of Secrets Manager's rotation hook.

use aws_lambda_events::event::secretsmanager::SecretsManagerSecretRotationEvent;
use policy::{Failure, rotation::Step};
use serde_json::Value;

/// What Secrets Manager asks for.
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
        let event: SecretsManagerSecretRotationEvent = serde_json::from_value(event).map_err(|error| {
            Failure::permanent(format!(
                "this is no rotation event of Secrets Manager ({error}); it has `Step`, `SecretId` and \
                 `ClientRequestToken`"
            ))
        })?;
        let rotation_token = match event.other.get("RotationToken") {
            None | Some(Value::Null) => None,
            Some(Value::String(token)) => Some(token.clone()),
            Some(_) => return Err(Failure::permanent("the event's `RotationToken` is no string")),
        };
        if !event.secret_id.starts_with("arn:") {
            return Err(Failure::permanent("the event's `SecretId` is no ARN; Secrets Manager sends one"));
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
