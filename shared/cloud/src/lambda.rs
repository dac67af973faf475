//! Lambda: the functions that log in.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_lambda::{
    Client,
    config::{Builder, retry::RetryConfig},
    types::{Environment as SdkEnvironment, EnvironmentResponse},
};
use aws_smithy_types::{DateTime, date_time::Format};
use policy::Failure;
use secrecy::{ExposeSecret, SecretString};

use crate::{CallError, Effect, classify::classify};

/// What a function says of itself. Its Debug shows no variable's value.
#[derive(Clone, Debug)]
pub struct Function {
    /// `Active`, `Inactive`, `Pending` or `Failed`.
    pub state: String,
    /// What became of its last update: `Successful`, `InProgress` or `Failed`.
    pub last_update: String,
    /// When its configuration or its code was last changed; to the second, as a rule.
    pub modified: Option<DateTime>,
    /// Its environment, as far as it can be decrypted.
    pub variables: BTreeMap<String, SecretString>,
}

/// Reads a function's configuration.
///
/// # Errors
/// Permanent if it does not exist (`ResourceNotFoundException`), or access is denied.
///
/// # Permissions
/// `lambda:GetFunctionConfiguration`
pub async fn function(client: &Client, name: &str) -> Result<Function, CallError> {
    let answer = client
        .get_function_configuration()
        .function_name(name)
        .send()
        .await
        .map_err(|error| classify(&format!("read the configuration of the function {name}"), &error))?;
    Ok(Function {
        state: answer.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        last_update: answer.last_update_status().map(|status| status.as_str().to_owned()).unwrap_or_default(),
        modified: answer.last_modified().and_then(moment),
        variables: secret(answer.environment.and_then(|environment| environment.variables)),
    })
}

/// A function's environment. Its Debug shows no value.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Every variable.
    pub variables: BTreeMap<String, SecretString>,
    /// What became of the function's last update: `Successful`, `InProgress` or `Failed`.
    pub last_update: String,
    /// Changes with every update.
    pub revision_id: Option<String>,
}

/// Reads a function's environment.
///
/// # Errors
/// Permanent if the function does not exist, or the role may not decrypt its variables.
///
/// # Permissions
/// `lambda:GetFunctionConfiguration`, and `kms:Decrypt` for variables under a key of your own
pub async fn environment(client: &Client, name: &str) -> Result<Environment, CallError> {
    let doing = format!("read the environment of the function {name}");
    let answer = client.get_function_configuration().function_name(name).send().await;
    let answer = answer.map_err(|error| classify(&doing, &error))?;
    let environment = answer.environment.unwrap_or_else(|| EnvironmentResponse::builder().build());
    if environment.error.is_some() {
        return Err(CallError {
            failure: Failure::permanent(format!(
                "cannot {doing}: its variables cannot be decrypted; let the function's role use the key (`kms:Decrypt`)"
            )),
            code: None,
            effect: Effect::None,
        });
    }
    Ok(Environment {
        variables: secret(environment.variables),
        last_update: answer.last_update_status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
        revision_id: answer.revision_id,
    })
}

/// Replaces a function's whole environment, unless somebody has updated the function since it was read. It is sent once.
///
/// # Errors
/// `PreconditionFailedException` and `ResourceConflictException` (Retryable): somebody else has, or is about to. After an error
/// whose effect is unknown, look.
///
/// # Repeating
/// Is refused: the revision is another one. Look first.
///
/// # Permissions
/// `lambda:UpdateFunctionConfiguration`
pub async fn replace_environment(
    client: &Client,
    name: &str,
    variables: &BTreeMap<String, SecretString>,
    revision_id: Option<&str>,
) -> Result<(), CallError> {
    let variables = variables.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect();
    client
        .update_function_configuration()
        .function_name(name)
        .environment(SdkEnvironment::builder().set_variables(Some(variables)).build())
        .set_revision_id(revision_id.map(str::to_owned))
        .customize()
        .config_override(Builder::new().retry_config(RetryConfig::disabled()))
        .send()
        .await
        .map_err(|error| match classify(&format!("update the environment of the function {name}"), &error) {
            // The usual reasons; Lambda's own message quotes every value.
            error if error.is("InvalidParameterValueException") => CallError {
                failure: Failure::permanent(format!(
                    "Lambda refuses the environment of the function {name} (InvalidParameterValueException); check that all of \
                     it is at most 4 KB, and that the function's key can be used"
                )),
                ..error
            },
            error => error,
        })?;
    Ok(())
}

fn secret(variables: Option<HashMap<String, String>>) -> BTreeMap<String, SecretString> {
    variables.into_iter().flatten().map(|(name, value)| (name, value.into())).collect()
}

/// Reads Lambda's way to write a time, ISO 8601 without the colon in the offset: `2026-11-22T09:30:00.000+0000`.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html>
fn moment(text: &str) -> Option<DateTime> {
    let sign = text.len().checked_sub("+0000".len());
    let with_colon = match sign.and_then(|sign| text.split_at_checked(sign)) {
        Some((time, offset))
            if offset.starts_with(['+', '-']) && offset[1..].bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{time}{}:{}", &offset[..3], &offset[3..])
        }
        _ => text.to_owned(),
    };
    DateTime::from_str(&with_colon, Format::DateTimeWithOffset).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_lambda_writes_it() {
        let read = |text| moment(text).map(|moment| moment.to_millis().unwrap());
        let expected = Some(1_764_000_000_123);
        assert_eq!(read("2025-11-24T16:00:00.123+0000"), expected);
        assert_eq!(read("2025-11-24T16:00:00.123+00:00"), expected);
        assert_eq!(read("2025-11-24T16:00:00.123Z"), expected);
        assert_eq!(read("2025-11-24T18:00:00.123+0200"), expected);
        for text in ["", "+", "now", "2025-11-24", "é", "+aé0", "2025-11-24+aé0"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
