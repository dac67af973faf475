//! Secrets Manager.

use std::collections::HashMap;

use aws_sdk_secretsmanager::Client;
use aws_smithy_types::DateTime;
use policy::{Failure, labels::AWSPENDING, moving::SecretId};
use secrecy::{ExposeSecret, SecretString};

use crate::{CallError, classify::classify};

/// What a secret says of itself.
#[derive(Clone, Debug)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its tags.
    pub tags: HashMap<String, String>,
    /// Whether rotation is switched on; absent for a secret that was never rotated.
    pub rotation_enabled: Option<bool>,
    /// When a rotation of it last succeeded.
    pub last_rotated: Option<DateTime>,
    /// When anything about it last changed: a value, a label, a tag.
    pub last_changed: Option<DateTime>,
    /// The staging labels of each version.
    pub stages: HashMap<String, Vec<String>>,
}

impl Description {
    /// The secret's name and ARN.
    pub fn id(&self) -> SecretId<'_> {
        SecretId { name: &self.name, arn: &self.arn }
    }

    /// Records that a staging label has moved to a version.
    pub fn label_moved(&mut self, stage: &str, to: &str) {
        for labels in self.stages.values_mut() {
            labels.retain(|label| label != stage);
        }
        self.stages.entry(to.to_owned()).or_default().push(stage.to_owned());
    }

    /// The version that carries a staging label.
    pub fn version_with(&self, stage: &str) -> Option<&str> {
        let carries = |stages: &Vec<String>| stages.iter().any(|label| label == stage);
        self.stages.iter().find(|(_, stages)| carries(stages)).map(|(version, _)| version.as_str())
    }
}

/// The value of one version.
#[derive(Clone, Debug)]
pub struct Version {
    /// The text; `None` if the value is binary.
    pub value: Option<SecretString>,
    /// When the version was made.
    pub created: Option<DateTime>,
}

/// Describes a secret.
///
/// # Errors
/// Permanent if it does not exist, or access is denied.
///
/// # Permissions
/// `secretsmanager:DescribeSecret`
pub async fn describe(client: &Client, secret_id: &str) -> Result<Description, CallError> {
    let answer = client
        .describe_secret()
        .secret_id(secret_id)
        .send()
        .await
        .map_err(|error| classify(&format!("describe the secret {secret_id}"), &error))?;
    let tags = answer.tags.unwrap_or_default();
    Ok(Description {
        name: answer.name.unwrap_or_default(),
        arn: answer.arn.unwrap_or_default(),
        last_rotated: answer.last_rotated_date,
        last_changed: answer.last_changed_date,
        tags: tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value?))).collect(),
        rotation_enabled: answer.rotation_enabled,
        stages: answer.version_ids_to_stages.unwrap_or_default(),
    })
}

/// Reads one version of a secret that exists; `None` if the version has no value yet.
///
/// # Errors
/// Permanent if the role, or the policy of the KMS key, does not allow it.
///
/// # Permissions
/// `secretsmanager:GetSecretValue`, and `kms:Decrypt` for a key of your own
pub async fn version(client: &Client, secret_id: &str, version_id: &str) -> Result<Option<Version>, CallError> {
    let answer = client.get_secret_value().secret_id(secret_id).version_id(version_id).send().await;
    match answer {
        Ok(answer) => {
            let (value, created) = (answer.secret_string.map(SecretString::from), answer.created_date);
            Ok(Some(Version { value, created }))
        }
        Err(error) => match classify(&format!("read a version of the secret {secret_id}"), &error) {
            // A rotation begins with a version that has a label and no value.
            error if error.is("ResourceNotFoundException") => Ok(None),
            error => Err(error),
        },
    }
}

/// Reads the value of AWSCURRENT of another secret than the one that is rotated.
///
/// # Errors
/// Permanent if it does not exist, may not be read, or is binary.
///
/// # Permissions
/// `secretsmanager:GetSecretValue`, and `kms:Decrypt` for a key of your own
pub async fn current_value(client: &Client, secret_id: &str) -> Result<SecretString, CallError> {
    let answer = client
        .get_secret_value()
        .secret_id(secret_id)
        .send()
        .await
        .map_err(|error| classify(&format!("read the secret {secret_id}"), &error))?;
    answer.secret_string.map(SecretString::from).ok_or_else(|| CallError::untouched(is_binary(secret_id)))
}

/// The failure of a run that needs the value of a secret, and finds a binary one.
pub fn is_binary(secret_id: &str) -> Failure {
    Failure::permanent(format!("the value of the secret {secret_id} is binary (`SecretBinary`)"))
        .with_next_step("Store the value as text (`SecretString`)")
}

/// Makes a random credential of letters and digits.
///
/// # Errors
/// Permanent if the role does not allow it.
///
/// # Repeating
/// Gives another one.
///
/// # Permissions
/// `secretsmanager:GetRandomPassword` on `*`
pub async fn random_credential(client: &Client, length: u16) -> Result<SecretString, CallError> {
    let answer = client
        .get_random_password()
        .password_length(i64::from(length))
        .exclude_punctuation(true)
        .send()
        .await
        .map_err(|error| classify("make a random credential", &error))?;
    Ok(answer.random_password.unwrap_or_default().into())
}

/// Fills the pending version of a rotation.
///
/// # Errors
/// `ResourceExistsException` (Permanent) if the version has another value already: somebody else ran this step.
///
/// # Repeating
/// The same value again changes nothing.
///
/// # Permissions
/// `secretsmanager:PutSecretValue`, and `kms:GenerateDataKey` for a key of your own
pub async fn put_pending(
    client: &Client,
    secret_id: &str,
    version_id: &str,
    rotation_token: Option<&str>,
    value: &SecretString,
) -> Result<(), CallError> {
    client
        .put_secret_value()
        .secret_id(secret_id)
        .client_request_token(version_id)
        .set_rotation_token(rotation_token.map(str::to_owned))
        .secret_string(value.expose_secret())
        .version_stages(AWSPENDING)
        .send()
        .await
        .map_err(|error| classify(&format!("put the pending value of the secret {secret_id}"), &error))?;
    Ok(())
}

/// Puts a new value of a secret as AWSCURRENT: for a secret that is not rotated.
///
/// # Errors
/// Permanent if it does not exist, or may not be written.
///
/// # Repeating
/// Makes one more version; a try that the SDK repeats by itself does not.
///
/// # Permissions
/// `secretsmanager:PutSecretValue`, and `kms:GenerateDataKey` for a key of your own
pub async fn put_current(client: &Client, secret_id: &str, value: &SecretString) -> Result<(), CallError> {
    client
        .put_secret_value()
        .secret_id(secret_id)
        .secret_string(value.expose_secret())
        .send()
        .await
        .map_err(|error| classify(&format!("put the value of the secret {secret_id}"), &error))?;
    Ok(())
}

/// Moves a staging label from one version to another: `from` is the version that has it, if any, `to` the one that gets it,
/// if any. AWSPREVIOUS follows AWSCURRENT by itself.
///
/// # Errors
/// Permanent if the label is no longer on `from`. After a lost answer the SDK repeats the call, and the repeat fails like this
/// too: describe the secret to see where the label is.
///
/// # Repeating
/// Is refused, and changes nothing.
///
/// # Permissions
/// `secretsmanager:UpdateSecretVersionStage`
pub async fn move_label(
    client: &Client,
    secret_id: &str,
    label: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(), CallError> {
    client
        .update_secret_version_stage()
        .secret_id(secret_id)
        .version_stage(label)
        .set_remove_from_version_id(from.map(str::to_owned))
        .set_move_to_version_id(to.map(str::to_owned))
        .send()
        .await
        .map_err(|error| classify(&format!("move the label {label} of the secret {secret_id}"), &error))?;
    Ok(())
}
