//! Systems Manager's Parameter Store.

use std::collections::HashMap;

use aws_sdk_ssm::{
    Client,
    config::{Builder, retry::RetryConfig},
    operation::put_parameter::builders::PutParameterFluentBuilder,
    types::{ParameterTier, ParameterType, ResourceTypeForTagging, Tag},
};
use aws_smithy_types::DateTime;
use policy::Failure;
use secrecy::{ExposeSecret, SecretString};

use crate::{CallError, Effect, classify::classify};

/// One version of a parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its value, decrypted.
    pub value: SecretString,
    /// `String`, `StringList` or `SecureString`.
    pub kind: String,
    /// Its number.
    pub version: i64,
    /// When it was written.
    pub modified: Option<DateTime>,
}

/// One of the versions of a parameter that are kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its value, decrypted.
    pub value: SecretString,
    /// Its number.
    pub version: i64,
    /// The labels that it carries.
    pub labels: Vec<String>,
    /// When it was written.
    pub modified: Option<DateTime>,
}

/// Reads every version of a parameter that is kept, decrypted, oldest first; none if the parameter does not exist.
///
/// # Errors
/// Permanent if the role, or the policy of the KMS key, does not allow it.
///
/// # Permissions
/// `ssm:GetParameterHistory`, and `kms:Decrypt` for a `SecureString` under a key of your own
pub async fn history(client: &Client, name: &str) -> Result<Vec<Kept>, CallError> {
    let mut pages = client.get_parameter_history().name(name).with_decryption(true).into_paginator().send();
    let mut history = Vec::new();
    while let Some(page) = pages.next().await {
        let page = match page.map_err(|error| classify(&format!("read the history of the parameter {name}"), &error)) {
            Err(error) if error.is("ParameterNotFound") => return Ok(Vec::new()),
            page => page?,
        };
        history.extend(page.parameters.unwrap_or_default().into_iter().map(|version| Kept {
            value: version.value.unwrap_or_default().into(),
            version: version.version,
            labels: version.labels.unwrap_or_default(),
            modified: version.last_modified_date,
        }));
    }
    history.sort_by_key(|kept| kept.version);
    Ok(history)
}

/// Reads a version of a parameter, decrypted: the newest of `name`, or the one that carries the label of `name:label`.
/// `None` if there is none.
///
/// # Errors
/// Permanent if the role, or the policy of the KMS key, does not allow it.
///
/// # Permissions
/// `ssm:GetParameter`, and `kms:Decrypt` for a `SecureString` under a key of your own
pub async fn version(client: &Client, name: &str) -> Result<Option<Parameter>, CallError> {
    let answer = client.get_parameter().name(name).with_decryption(true).send().await;
    match answer {
        Ok(answer) => Ok(answer.parameter.map(|parameter| Parameter {
            kind: parameter.r#type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
            value: parameter.value.unwrap_or_default().into(),
            version: parameter.version,
            modified: parameter.last_modified_date,
        })),
        Err(error) => match classify(&format!("read the parameter {name}"), &error) {
            error if error.is("ParameterNotFound") || error.is("ParameterVersionNotFound") => Ok(None),
            error => Err(error),
        },
    }
}

/// What is written into a parameter.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion<'a> {
    /// The parameter's name.
    pub name: &'a str,
    /// The value.
    pub value: &'a SecretString,
    /// `String` or `SecureString`.
    pub kind: &'a str,
    /// The key that encrypts it, where it is not that of the account.
    pub kms_key_id: Option<&'a str>,
    /// `Standard`, `Advanced` or `Intelligent-Tiering`.
    pub tier: &'a str,
}

/// Makes a parameter with a tag; gives the number of its first version. It is sent once.
///
/// # Errors
/// - `ParameterAlreadyExists` (Retryable): somebody has made it meanwhile. Look.
/// - Permanent if it is refused.
/// - Retryable if no answer came: look before it is sent again.
///
/// # Repeating
/// Is refused, and changes nothing. Tags and `Overwrite` exclude each other:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>.
///
/// # Permissions
/// `ssm:PutParameter`, `ssm:AddTagsToResource`, and `kms:GenerateDataKey` for a `SecureString` under a key of your own
pub async fn create(client: &Client, new: NewVersion<'_>, (key, value): (&str, &str)) -> Result<i64, CallError> {
    let doing = format!("make the parameter {}", new.name);
    let tag = Tag::builder().key(key).value(value).build().map_err(|_| CallError {
        failure: Failure::permanent(format!("cannot {doing}: its tag could not be built")),
        code: None,
        effect: Effect::None,
    })?;
    send(new.request(client).overwrite(false).tags(tag), &doing).await
}

/// Writes a new version of a parameter; gives its number. It is sent once.
///
/// The new version has the type of `new`, whatever type the parameter had: a secret that is written as a `SecureString` is never
/// plain text, even if somebody has changed the type meanwhile.
///
/// # Errors
/// - Permanent if it is refused. `ParameterMaxVersionLimitExceeded`: the oldest of a hundred versions carries a label, and
///   none is dropped; take that label off.
/// - Retryable if no answer came: look before it is sent again.
///
/// # Repeating
/// Makes one more version.
///
/// # Permissions
/// `ssm:PutParameter`, and `kms:GenerateDataKey` for a `SecureString` under a key of your own
pub async fn put(client: &Client, new: NewVersion<'_>) -> Result<i64, CallError> {
    let doing = format!("write the parameter {}", new.name);
    send(new.request(client).overwrite(true), &doing).await
}

impl NewVersion<'_> {
    fn request(self, client: &Client) -> PutParameterFluentBuilder {
        let Self { name, value, kind, kms_key_id, tier } = self;
        let request = client.put_parameter().name(name).value(value.expose_secret()).r#type(ParameterType::from(kind));
        request.tier(ParameterTier::from(tier)).set_key_id(kms_key_id.map(str::to_owned))
    }
}

async fn send(request: PutParameterFluentBuilder, doing: &str) -> Result<i64, CallError> {
    let once = Builder::new().retry_config(RetryConfig::disabled());
    let answer = request.customize().config_override(once).send().await.map_err(|error| classify(doing, &error))?;
    Ok(answer.version)
}

/// Moves a label to a version of a parameter, from whichever had it.
///
/// # Errors
/// Permanent if the version does not exist, or has ten labels.
///
/// # Repeating
/// Leaves it where it is.
///
/// # Permissions
/// `ssm:LabelParameterVersion`
pub async fn label(client: &Client, name: &str, version: i64, label: &str) -> Result<(), CallError> {
    let doing = format!("label the version {version} of the parameter {name} as {label}");
    let answer = client.label_parameter_version().name(name).parameter_version(version).labels(label).send().await;
    let answer = answer.map_err(|error| classify(&doing, &error))?;
    match answer.invalid_labels() {
        [] => Ok(()),
        _ => Err(CallError {
            failure: Failure::permanent(format!("cannot {doing}: Parameter Store takes no such label")),
            code: None,
            effect: Effect::None,
        }),
    }
}

/// Reads the tags of a parameter.
///
/// # Errors
/// Permanent if it does not exist (`InvalidResourceId`).
///
/// # Permissions
/// `ssm:ListTagsForResource`
pub async fn tags(client: &Client, name: &str) -> Result<HashMap<String, String>, CallError> {
    let answer = client.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id(name);
    let answer =
        answer.send().await.map_err(|error| classify(&format!("read the tags of the parameter {name}"), &error))?;
    Ok(answer.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect())
}
