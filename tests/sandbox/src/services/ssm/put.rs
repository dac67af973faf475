//! `PutParameter`.
//!
//! <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use regex_lite::Regex;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::{
    errors::{constraint, validation},
    events::{Change, Operation},
    name,
    store::{Kind, Parameter, State, Tier, Version, ciphertext},
    tags::{self, Tag},
};
use crate::wire::{Answer, AwsError, Call};

/// The number of versions that are kept.
const MAX_VERSIONS: usize = 100;
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
const MAX_STANDARD_BYTES: usize = 4096;
/// The same for the advanced tier.
const MAX_ADVANCED_BYTES: usize = 8192;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutParameter {
    name: String,
    value: String,
    #[serde(rename = "Type")]
    kind: Option<String>,
    key_id: Option<String>,
    overwrite: Option<bool>,
    allowed_pattern: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    tier: Option<Tier>,
    data_type: Option<String>,
    description: Option<String>,
}

/// Creates a parameter, or a new version of one.
///
/// An overwrite keeps what it does not name, except for the key, which becomes AWS's own. It may name another type: a
/// `SecureString` that becomes a `String` is plain text.
pub(super) fn put(state: &mut State, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: PutParameter = call.input()?;
    name::check(&input.name)?;
    if input.value.is_empty() {
        return Err(validation("Value must have at least 1 character."));
    }
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html, of `Value`
    if input.value.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}")) {
        // AWS's own message, which quotes the value: to repeat it is to leak a secret.
        return Err(validation(format!(
            "Parameter value: '{}' failed to satisfy constraint: Parameter value can't nest another parameter. Do not use \
             \"{{{{}}}}\" in the value.",
            input.value
        )));
    }
    if input.data_type.as_deref().is_some_and(|data_type| data_type != "text") {
        return Err(validation("the sandbox has no DataType but text"));
    }
    let overwrite = input.overwrite.unwrap_or(false);
    if overwrite && !input.tags.is_empty() {
        return Err(validation(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please \
             remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or \
             RemoveTagsFromResource.",
        ));
    }
    let name = state.key(&input.name);
    let before = state.parameters.get(&name);
    if before.is_some() && !overwrite {
        return Err(AwsError::new(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let latest = before.map(Parameter::latest);
    let kind = input.kind.as_deref().map(kind).transpose()?;
    let kind = kind
        .or(latest.map(|version| version.kind))
        .ok_or_else(|| validation("A parameter type is required when you create a parameter."))?;
    if input.key_id.is_some() && kind != Kind::SecureString {
        return Err(validation("KeyId is only for parameters of type SecureString."));
    }
    input.key_id.as_deref().map_or(Ok(()), check_key)?;
    let tier = tier(input.tier, latest.map(|version| version.tier), input.value.len())?;
    let allowed_pattern = input.allowed_pattern.or_else(|| latest?.allowed_pattern.clone());
    allowed_pattern.as_deref().map_or(Ok(()), |pattern| check_pattern(pattern, &input.value))?;
    if before
        .is_some_and(|parameter| parameter.versions.len() == MAX_VERSIONS && !parameter.versions[0].labels.is_empty())
    {
        return Err(AwsError::new(
            "ParameterMaxVersionLimitExceeded",
            "The parameter has 100 versions, and the oldest can't be deleted because it has a label.",
        ));
    }
    let default_key = (kind == Kind::SecureString).then(|| "alias/aws/ssm".to_owned());
    let value = SecretString::from(input.value);
    let version = Version {
        number: latest.map_or(0, |version| version.number) + 1,
        kind,
        value: value.clone(),
        ciphertext: ciphertext(),
        key_id: input.key_id.or(default_key),
        description: input.description.or_else(|| latest?.description.clone()),
        allowed_pattern,
        tier,
        labels: BTreeSet::new(),
        modified: now,
        modified_by: format!("arn:aws:iam::{}:user/{}", crate::services::ACCOUNT, call.principal),
    };
    let tags = tags::with(&BTreeMap::new(), input.tags)?;
    if kind == Kind::SecureString {
        state.secure_values.push(value);
    }
    let created = before.is_none();
    let answer = json!({ "Version": version.number, "Tier": tier });
    let new = || Parameter { name: input.name, versions: Vec::new(), tags };
    let parameter = state.parameters.entry(name).or_insert_with(new);
    if parameter.versions.len() == MAX_VERSIONS {
        parameter.versions.remove(0);
    }
    parameter.versions.push(version);
    state.changes.push(Change::of(if created { Operation::Create } else { Operation::Update }, parameter));
    Ok(Answer::json(answer))
}

/// Refuses a text that is not an id, ARN or alias of a key.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/concepts-key-id.html>
fn check_key(key: &str) -> Result<(), AwsError> {
    if !(1..=256).contains(&key.len()) || !key.chars().all(|c| c.is_ascii_alphanumeric() || ":/_-".contains(c)) {
        return Err(validation("KeyId does not satisfy the pattern ([a-zA-Z0-9:/_-]+)."));
    }
    let is_id = |id: &str| id.strip_prefix("mrk-").unwrap_or(id).len() >= 32 && !id.contains([':', '/', '_']);
    let is_alias = |alias: &str| alias.strip_prefix("alias/").is_some_and(|name| !name.is_empty());
    let is_arn = key.starts_with("arn:aws:kms:") && (key.contains(":key/") || key.contains(":alias/"));
    if is_id(key) || is_alias(key) || is_arn {
        return Ok(());
    }
    Err(AwsError::new("InvalidKeyId", format!("Invalid keyId '{key}'")))
}

fn kind(text: &str) -> Result<Kind, AwsError> {
    match text {
        "String" => Ok(Kind::String),
        "StringList" => Ok(Kind::StringList),
        "SecureString" => Ok(Kind::SecureString),
        other => {
            Err(constraint("type", other, "Member must satisfy enum value set: [SecureString, StringList, String]"))
        }
    }
}

/// The tier of the new version. There is no way back from the advanced one.
fn tier(asked: Option<Tier>, before: Option<Tier>, bytes: usize) -> Result<Tier, AwsError> {
    let tier = match (asked, before) {
        (Some(Tier::Standard), Some(Tier::Advanced)) => {
            return Err(validation(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the \
                 advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced \
                 parameter and recreate it as a standard parameter.",
            ));
        }
        (Some(Tier::Advanced), _) | (_, Some(Tier::Advanced)) => Tier::Advanced,
        (Some(Tier::IntelligentTiering), _) if bytes > MAX_STANDARD_BYTES => Tier::Advanced,
        _ => Tier::Standard,
    };
    match tier {
        Tier::Advanced if bytes > MAX_ADVANCED_BYTES => {
            Err(validation("Advanced tier parameters support a maximum parameter value of 8192 characters."))
        }
        Tier::Standard if bytes > MAX_STANDARD_BYTES => Err(validation(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger \
             parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see \
             https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html",
        )),
        tier => Ok(tier),
    }
}

/// Refuses a value that the pattern does not match as a whole.
fn check_pattern(pattern: &str, value: &str) -> Result<(), AwsError> {
    let whole = Regex::new(&format!("^(?:{pattern})$")).map_err(|_| {
        AwsError::new("InvalidAllowedPatternException", "The syntax of the allowedPattern parameter is invalid.")
    })?;
    if whole.is_match(value) {
        return Ok(());
    }
    Err(AwsError::new(
        "ParameterPatternMismatchException",
        format!("Parameter value, cannot be validated against allowedPattern: {pattern}"),
    ))
}
