//! The secrets of a task, read when it starts.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html>

use secrecy::SecretString;
use serde_json::{Value, json};

use super::Neighbours;
use crate::{
    services::{SecretsManager, secrets_manager, ssm},
    wire::{Answer, AwsError, Call, Description},
};

/// The beginning of every stop reason about a secret.
const FAILED: &str =
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ";

/// Reads the value that a `valueFrom` names. The error is the reason that ECS reports.
pub(super) async fn read(neighbours: &Neighbours, value_from: &str) -> Result<SecretString, String> {
    let read = match value_from.starts_with("arn:aws:secretsmanager:") {
        true => from_secrets_manager(neighbours, value_from).await,
        false => from_parameter_store(neighbours, value_from),
    };
    read.map_err(|why| format!("{FAILED}{why}"))
}

async fn from_secrets_manager(neighbours: &Neighbours, value_from: &str) -> Result<SecretString, String> {
    let parts: Vec<&str> = value_from.split(':').collect();
    let (arn, [key, stage, version]) = match parts.as_slice() {
        [arn @ .., key, stage, version] if arn.len() == 7 => (arn.join(":"), [*key, *stage, *version]),
        arn if arn.len() == 7 => (arn.join(":"), [""; 3]),
        _ => {
            let why = "unexpected ARN format with parameters when trying to retrieve ASM secret";
            return Err(format!("unable to retrieve secret from asm: {why}"));
        }
    };
    let mut input = json!({ "SecretId": arn });
    for (name, value) in [("VersionStage", stage), ("VersionId", version)] {
        if !value.is_empty() {
            input[name] = value.into();
        }
    }
    let call = call(&secrets_manager::DESCRIPTION, "GetSecretValue", input);
    let answer = SecretsManager::call(&neighbours.secrets_manager, &call).await;
    let whole = text(answer, "/SecretString").map_err(|why| failed("secret from asm", &why))?;
    if key.is_empty() {
        return Ok(whole.into());
    }
    let document: Value = serde_json::from_str(&whole)
        .map_err(|_| failed("secret from asm", &format!("invalid character: the secret {arn} is no JSON document")))?;
    match document.get(key) {
        Some(Value::String(value)) => Ok(value.as_str().into()),
        Some(other) => Ok(other.to_string().into()),
        None => {
            let why = format!("retrieved secret from Secrets Manager did not contain json key {key}");
            Err(failed("secret from asm", &why))
        }
    }
}

fn from_parameter_store(neighbours: &Neighbours, value_from: &str) -> Result<SecretString, String> {
    let input = json!({ "Name": value_from, "WithDecryption": true });
    let answer = neighbours.ssm.call(&call(&ssm::DESCRIPTION, "GetParameter", input));
    let value = text(answer, "/Parameter/Value");
    Ok(value.map_err(|_| failed("secrets from ssm", &format!("invalid parameters: {value_from}")))?.into())
}

fn failed(what: &str, why: &str) -> String {
    format!("unable to retrieve {what}: service call has been retried 1 time(s): {why}")
}

fn call(service: &'static Description, operation: &str, input: Value) -> Call {
    Call::new(service, operation, "ecs-task-execution", input)
}

/// The text at this place of an answer.
fn text(answer: Result<Answer, AwsError>, pointer: &str) -> Result<String, String> {
    let output = answer.map_err(|error| error.to_string())?.into_json().unwrap_or_default();
    let text = output.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| "the answer has no value".to_owned())
}
