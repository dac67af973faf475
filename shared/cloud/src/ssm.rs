//! Systems Manager's Parameter Store.

use aws_sdk_ssm::Client;

use crate::{CallError, classify::classify};

/// Reads a parameter, decrypted; `None` where there is none of that name.
///
/// # Errors
/// Permanent where the role or the key does not allow it.
///
/// # Permissions
/// `ssm:GetParameter`, and `kms:Decrypt` for a `SecureString` under a key of your own
pub async fn parameter(client: &Client, name: &str) -> Result<Option<String>, CallError> {
    let answer = client.get_parameter().name(name).with_decryption(true).send().await;
    match answer {
        Ok(answer) => Ok(answer.parameter.and_then(|parameter| parameter.value)),
        Err(error) => match classify(&format!("read the parameter {name}"), &error) {
            error if error.is("ParameterNotFound") => Ok(None),
            error => Err(error),
        },
    }
}
