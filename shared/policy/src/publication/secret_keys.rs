//! Keys of one secret.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::{Texts, changed};
use crate::{Failure, connection::Connection};

/// How many bytes a secret may have.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>
const MOST_BYTES: usize = 65_536;

/// What is done with the keys of a secret.
#[derive(Clone, Debug)]
pub enum SecretKeysDecision {
    /// Nothing: it has what is wanted.
    UpToDate,
    /// Write this value: the wanted keys, and the others unchanged.
    Write {
        /// The whole value.
        value: SecretString,
        /// Why.
        reason: String,
    },
}

/// Refuses to write into the secret that is rotated: a new version of it would look like a rotation.
///
/// # Errors
/// Permanent, naming the field.
pub fn check_not_rotated(at: &str, arn: &str, connection: &Connection) -> Result<(), Failure> {
    match arn == connection.secret_arn {
        false => Ok(()),
        true => Err(Failure::permanent(format!(
            "`{at}.secret_id` of the settings is the secret that is rotated: writing there would look like a rotation"
        ))
        .with_next_step("Use another secret")),
    }
}

/// Decides what is done with the keys of a secret; `found` is its whole value.
///
/// | value | keys | ⇒ |
/// |---|---|---|
/// | none | | Write |
/// | no JSON object | | Permanent |
/// | a JSON object | as wanted | `UpToDate` |
/// | a JSON object | one is not | Write |
///
/// # Errors
/// Permanent, naming the field, if the value is no JSON object, or would be too large.
pub fn decide_secret_keys(
    at: &str,
    secret_id: &str,
    wanted: &Texts,
    found: Option<&SecretString>,
) -> Result<SecretKeysDecision, Failure> {
    let mut members = match found.map(|value| serde_json::from_str(value.expose_secret())) {
        None => Map::new(),
        Some(Ok(Value::Object(members))) => members,
        // The parser's own error is left out: it quotes the value.
        Some(_) => {
            return Err(Failure::permanent(format!(
                "`{at}.secret_id` of the settings is the secret {secret_id}, whose value is no JSON object"
            ))
            .with_next_step("Store a JSON object in that secret, or name another secret"));
        }
    };
    let changed = changed(wanted, |name| members.get(name).and_then(Value::as_str).map(SecretString::from));
    if changed.is_empty() {
        return Ok(SecretKeysDecision::UpToDate);
    }
    let reason = format!("another value, or none, under {}", changed.join(", "));
    for (name, text) in wanted {
        members.insert(name.clone(), Value::String(text.expose_secret().to_owned()));
    }
    let value = Value::Object(members).to_string();
    if value.len() > MOST_BYTES {
        return Err(Failure::permanent(format!(
            "`{at}.keys` of the settings would bring the secret {secret_id} to {} bytes, and Secrets Manager allows \
             {MOST_BYTES}",
            value.len()
        ))
        .with_next_step("Shorten the keys of the output, or remove others from the secret"));
    }
    Ok(SecretKeysDecision::Write { value: value.into(), reason })
}
