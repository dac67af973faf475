//! The value of a version: text or bytes.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use super::errors::{invalid_parameter, invalid_request};
use crate::wire::AwsError;

/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const MAX_BYTES: usize = 65_536;

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Value {
    kind: Kind,
    /// The text, or the bytes in Base64.
    shown: SecretString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Binary,
}

impl Value {
    /// Reads the value of a request; `None` if the request has none.
    pub(super) fn read(string: Option<String>, binary: Option<String>) -> Result<Option<Self>, AwsError> {
        let (kind, shown) = match (string, binary) {
            (None, None) => return Ok(None),
            (Some(text), None) => (Kind::Text, text),
            (None, Some(bytes)) => (Kind::Binary, bytes),
            (Some(_), Some(_)) => {
                return Err(invalid_parameter(
                    "You can't specify both a binary secret value and a string secret value in the same secret.",
                ));
            }
        };
        let (member, bytes) = match kind {
            Kind::Text => ("SecretString", shown.len()),
            // Base64 has four characters for three bytes.
            Kind::Binary => ("SecretBinary", shown.len() / 4 * 3),
        };
        match bytes {
            1..=MAX_BYTES => Ok(Some(Self { kind, shown: shown.into() })),
            _ => Err(invalid_parameter(format!("{member} must have between 1 and 65536 bytes."))),
        }
    }

    /// Reads the value of a request that must have one.
    pub(super) fn demand(string: Option<String>, binary: Option<String>) -> Result<Self, AwsError> {
        Self::read(string, binary)?
            .ok_or_else(|| invalid_request("You must provide either SecretString or SecretBinary."))
    }

    /// Whether both are the same.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.kind == other.kind && self.shown.expose_secret() == other.shown.expose_secret()
    }

    /// The text, or the bytes in Base64.
    pub(super) fn shown(&self) -> &SecretString {
        &self.shown
    }

    /// Adds the value to an answer.
    pub(super) fn add_to(&self, answer: &mut Json) {
        let member = match self.kind {
            Kind::Text => "SecretString",
            Kind::Binary => "SecretBinary",
        };
        answer[member] = self.shown.expose_secret().into();
    }
}
