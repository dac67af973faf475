//! Where applications read what they connect with.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    check::refused,
    resource::{function_name, is_same_secret},
};
use crate::{
    Failure,
    connection::{Field, Template, UrlOptions},
};

/// A place where applications read what they connect with. A template says what is written there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Output {
    /// A parameter of Systems Manager's Parameter Store.
    SsmParameter(SsmParameter),
    /// Variables in the environment of a Lambda function. Other variables are not changed.
    LambdaEnvironment(LambdaEnvironment),
    /// Keys of a secret whose value is a JSON object. Other keys are not changed.
    SecretKeys(SecretKeys),
}

/// A parameter of Systems Manager's Parameter Store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SsmParameter {
    /// The parameter's name.
    #[schemars(length(min = 1, max = 1011), regex(pattern = r"^[a-zA-Z0-9_.-]+$|^(/[a-zA-Z0-9_.-]+)+$"))]
    pub name: String,
    /// What is written.
    pub value: Template,
    /// Whether it is encrypted. A value that contains the credential must be.
    #[serde(default)]
    pub kind: ParameterKind,
    /// The KMS key that encrypts it, by default `alias/aws/ssm`. A change applies when the value is next written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Its tier, which limits its size. A change applies when the value is next written.
    #[serde(default)]
    pub tier: Tier,
    /// What to do about a value that somebody wrote by hand.
    #[serde(default)]
    pub drift: Drift,
    /// How URLs in it are written.
    #[serde(default)]
    pub url: UrlOptions,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterKind {
    /// Encrypted (`SecureString`).
    #[default]
    SecureString,
    /// Not encrypted (`String`).
    String,
}

impl ParameterKind {
    /// As Parameter Store spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecureString => "SecureString",
            Self::String => "String",
        }
    }
}

/// The tier of a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// At most 4 KB, free of charge.
    #[default]
    Standard,
    /// At most 8 KB.
    Advanced,
    /// Standard, unless a value is too large for it.
    IntelligentTiering,
}

impl Tier {
    /// As Parameter Store spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
            Self::IntelligentTiering => "Intelligent-Tiering",
        }
    }

    /// How many bytes a value may have.
    ///
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
    pub fn most_bytes(self) -> usize {
        match self {
            Self::Standard => 4096,
            Self::Advanced | Self::IntelligentTiering => 8192,
        }
    }
}

/// What to do about a value that somebody wrote by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Drift {
    /// Overwrite it.
    #[default]
    Overwrite,
    /// Keep and report it, until there is something new to write.
    Report,
}

/// Variables in the environment of a Lambda function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LambdaEnvironment {
    /// The function's name.
    #[schemars(length(min = 1))]
    pub function_name: String,
    /// What is written, by variable.
    #[schemars(length(min = 1))]
    pub variables: BTreeMap<String, Template>,
    /// How URLs in them are written.
    #[serde(default)]
    pub url: UrlOptions,
}

/// Keys of a secret whose value is a JSON object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretKeys {
    /// The secret's name or ARN. It is not the target's own.
    #[schemars(length(min = 1))]
    pub secret_id: String,
    /// What is written, by key.
    #[schemars(length(min = 1))]
    pub keys: BTreeMap<String, Template>,
    /// How URLs in them are written.
    #[serde(default)]
    pub url: UrlOptions,
}

/// The prefixes of the names that Lambda reserves.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
const RESERVED: [&str; 2] = ["AWS_", "LAMBDA_"];

impl Output {
    /// What it is, as outcomes call it.
    pub fn name(&self) -> String {
        match self {
            Self::SsmParameter(parameter) => format!("the parameter {}", parameter.name),
            Self::LambdaEnvironment(environment) => format!("the Lambda function {}", environment.function_name),
            Self::SecretKeys(secret) => format!("the secret {}", secret.secret_id),
        }
    }

    /// Whether both write to the same place. A parameter `bare` is the parameter `/bare` too, and a function or a secret can be
    /// named by its ARN.
    fn is_same_place(&self, other: &Self) -> bool {
        let bare = |name: &str| match name.strip_prefix('/') {
            Some(rest) if !rest.contains('/') => rest.to_owned(),
            _ => name.to_owned(),
        };
        match (self, other) {
            (Self::SsmParameter(one), Self::SsmParameter(other)) => bare(&one.name) == bare(&other.name),
            (Self::LambdaEnvironment(one), Self::LambdaEnvironment(other)) => {
                function_name(&one.function_name) == function_name(&other.function_name)
            }
            (Self::SecretKeys(one), Self::SecretKeys(other)) => is_same_secret(&one.secret_id, &other.secret_id),
            _ => false,
        }
    }

    /// The fields that are written there, each once.
    pub fn fields(&self) -> BTreeSet<Field> {
        match self {
            Self::SsmParameter(parameter) => parameter.value.fields().collect(),
            Self::LambdaEnvironment(environment) => environment.variables.values().flat_map(Template::fields).collect(),
            Self::SecretKeys(secret) => secret.keys.values().flat_map(Template::fields).collect(),
        }
    }

    /// How URLs in it are written.
    pub fn url(&self) -> &UrlOptions {
        match self {
            Self::SsmParameter(SsmParameter { url, .. })
            | Self::LambdaEnvironment(LambdaEnvironment { url, .. })
            | Self::SecretKeys(SecretKeys { url, .. }) => url,
        }
    }

    /// Whether a URL is written there.
    pub fn has_url(&self) -> bool {
        self.fields().into_iter().any(Field::is_url)
    }

    /// Refuses outputs that cannot be written; `rotated` is the secret that is rotated.
    pub(super) fn check_all(outputs: &[Self], rotated: &str) -> Result<(), Failure> {
        for (nth, output) in outputs.iter().enumerate() {
            let at = |field: &str| format!("`outputs[{nth}].{field}`");
            match output {
                Self::SsmParameter(parameter) => parameter.check(&at)?,
                Self::LambdaEnvironment(environment) => environment.check(&at)?,
                Self::SecretKeys(secret) => secret.check(rotated, &at)?,
            }
            if let Some((field, why)) = output.url().fault() {
                return Err(refused(&at(&format!("url.{field}")), &why));
            }
            if outputs[..nth].iter().any(|earlier| earlier.is_same_place(output)) {
                let why = format!("{} appears twice; merge the two entries", output.name());
                return Err(refused(&format!("`outputs[{nth}]`"), &why));
            }
        }
        Ok(())
    }
}

impl SsmParameter {
    fn check(&self, at: &dyn Fn(&str) -> String) -> Result<(), Failure> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
        let path = self.name.strip_prefix('/');
        let parts: Vec<&str> = path.unwrap_or(&self.name).split('/').collect();
        let flat = path.is_some() || parts.len() == 1;
        if self.name.len() > 1011 || !flat || parts.iter().any(|part| part.is_empty() || !part.chars().all(legal)) {
            return Err(refused(
                &at("name"),
                "give the parameter's name: letters, digits and _.-, or a path of these that begins with a slash",
            ));
        }
        if self.name.starts_with("/redis-lifecycle/") {
            return Err(refused(&at("name"), "settings are kept under /redis-lifecycle/; choose another name"));
        }
        if self.kind == ParameterKind::String && self.value.is_secret() {
            return Err(refused(&at("kind"), "the value contains the credential; use secure-string"));
        }
        if self.kind == ParameterKind::String && self.kms_key_id.is_some() {
            return Err(refused(&at("kms_key_id"), "only a secure-string is encrypted; omit it"));
        }
        if self.kms_key_id.as_deref() == Some("") {
            return Err(refused(&at("kms_key_id"), "it is empty; give the key's id, ARN or alias, or omit it"));
        }
        Ok(())
    }
}

impl LambdaEnvironment {
    fn check(&self, at: &dyn Fn(&str) -> String) -> Result<(), Failure> {
        if self.function_name.is_empty() {
            return Err(refused(&at("function_name"), "it is empty; give the function's name"));
        }
        if self.variables.is_empty() {
            return Err(refused(&at("variables"), "it is empty; give at least one variable, and what to write there"));
        }
        for name in self.variables.keys() {
            let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
            let legal = name.len() > 1 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !begins || !legal {
                return Err(refused(
                    &at("variables"),
                    &format!(
                        "{name:?} is not a legal name; use at least two letters, digits and _, beginning with a letter"
                    ),
                ));
            }
            if RESERVED.iter().any(|prefix| name.starts_with(prefix)) {
                return Err(refused(&at("variables"), &format!("Lambda reserves {name:?}; choose another name")));
            }
        }
        Ok(())
    }
}

impl SecretKeys {
    fn check(&self, rotated: &str, at: &dyn Fn(&str) -> String) -> Result<(), Failure> {
        if self.secret_id.is_empty() {
            return Err(refused(&at("secret_id"), "it is empty; give the secret's name or ARN"));
        }
        if is_same_secret(&self.secret_id, rotated) {
            return Err(refused(
                &at("secret_id"),
                "it is the secret that is rotated: writing there would look like a rotation. Use another secret",
            ));
        }
        if self.keys.is_empty() || self.keys.contains_key("") {
            return Err(refused(&at("keys"), "give at least one key, and what to write there"));
        }
        Ok(())
    }
}
