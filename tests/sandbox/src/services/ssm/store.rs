//! The state of Parameter Store.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    errors::{no_version, not_found},
    events::Change,
    name,
};
use crate::{chance, wire::AwsError};

/// Everything, behind one lock.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) parameters: BTreeMap<String, Parameter>,
    /// Every value of a `SecureString` that was ever stored.
    pub(super) secure_values: Vec<SecretString>,
    /// Changes that are not published yet.
    pub(super) changes: Vec<Change>,
}

/// One parameter, with at least one version.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) versions: Vec<Version>,
    pub(super) tags: BTreeMap<String, String>,
}

/// One version.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) number: i64,
    pub(super) kind: Kind,
    pub(super) value: SecretString,
    pub(super) ciphertext: String,
    pub(super) key_id: Option<String>,
    pub(super) description: Option<String>,
    pub(super) allowed_pattern: Option<String>,
    pub(super) tier: Tier,
    pub(super) labels: BTreeSet<String>,
    pub(super) modified: Timestamp,
    pub(super) modified_by: String,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) enum Kind {
    String,
    StringList,
    SecureString,
}

/// The tier of a version.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) enum Tier {
    Standard,
    Advanced,
    #[serde(rename = "Intelligent-Tiering")]
    IntelligentTiering,
}

impl State {
    /// The key of a parameter in the map. `bare` and `/bare` are the same parameter, with the same ARN.
    pub(super) fn key(&self, name: &str) -> String {
        let kept = |name: &String| self.parameters.contains_key(name);
        let other = name::other_spelling(name).filter(|other| kept(other) && !kept(&name.to_owned()));
        other.unwrap_or_else(|| name.to_owned())
    }

    /// The parameter with this name or ARN. A name with a selector is not found.
    pub(super) fn parameter(&mut self, written: &str) -> Result<&mut Parameter, AwsError> {
        let (name, selector) = name::split(written);
        let key = self.key(name);
        self.parameters.get_mut(&key).filter(|_| selector.is_none()).ok_or_else(not_found)
    }

    /// The version that `name`, `name:3`, `name:label` or an ARN selects.
    pub(super) fn select(&mut self, written: &str) -> Result<(&Parameter, &Version), AwsError> {
        let (name, selector) = name::split(written);
        name::check_syntax(name)?;
        name::check_selector(selector)?;
        let whole = selector.map_or(written, |selector| &written[..written.len() - selector.len() - 1]);
        let parameter = self.parameter(whole)?;
        let version = match selector {
            None => parameter.versions.last(),
            Some(selector) => parameter.versions.iter().find(|version| match selector.parse::<u64>() {
                Ok(number) => u64::try_from(version.number) == Ok(number),
                Err(_) => version.labels.contains(selector),
            }),
        };
        let version = version.ok_or_else(|| no_version(name, selector.unwrap_or_default()))?;
        Ok((parameter, version))
    }
}

impl Parameter {
    /// The newest version.
    pub(super) fn latest(&self) -> &Version {
        self.versions.last().expect("a parameter has a version")
    }
}

impl Version {
    /// The value, decrypted if the caller asked for that.
    pub(super) fn shown(&self, with_decryption: bool) -> &str {
        match self.kind {
            Kind::SecureString if !with_decryption => &self.ciphertext,
            _ => self.value.expose_secret(),
        }
    }

    /// A version as `GetParameter` and its siblings answer it.
    pub(super) fn render(&self, name: &str, selector: Option<&str>, with_decryption: bool) -> Value {
        let mut parameter = json!({
            "Name": name,
            "Type": self.kind,
            "Value": self.shown(with_decryption),
            "Version": self.number,
            "LastModifiedDate": seconds(self.modified),
            "ARN": name::arn(name),
            "DataType": "text",
        });
        if let Some(selector) = selector {
            parameter["Selector"] = format!(":{selector}").into();
        }
        parameter
    }
}

/// A random text in place of an encrypted value.
pub(super) fn ciphertext() -> String {
    let mut noise = [0_u8; 120];
    chance::rng().fill_bytes(&mut noise);
    format!("AQICAHh{}", STANDARD.encode(noise))
}

/// A time as JSON 1.1 has it: seconds since the epoch.
pub(super) fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}
