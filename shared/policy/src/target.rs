//! The settings document of one Redis under management.
//!
//! It is the SSM parameter `/redis-lifecycle/targets/NAME`, JSON; `infra/target.schema.json` is generated from the types
//! here, and editors check documents against it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Failure;

mod backend;
mod check;
mod consumer;
mod output;
pub(crate) mod resource;
mod rollout;
mod snapshots;
mod unreadable;

pub use backend::{
    AclUser, Backend, Database, EcsService, Host, Hosts, Renewal, ReplicationGroup, Reset, Sentinel, SentinelNode,
    ServerlessUser, User,
};
pub use consumer::Consumer;
pub use output::{Drift, LambdaEnvironment, Output, ParameterKind, SecretKeys, SsmParameter, Tier};
pub use rollout::{Day, Rollout, TimeOfDay, Window};
pub use snapshots::{CalendarDuration, Compression, Count, Keep, Snapshots};

use check::{is_identifier, refused};
use unreadable::why_unreadable;

/// One Redis under management.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The JSON Schema of this document, for editors. It is not read.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The target's name: lower-case letters, digits and hyphens, at most 63, beginning with a letter.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{0,62}$"))]
    pub name: String,
    /// Which flavour of Redis it is, and where.
    pub backend: Backend,
    /// Where its credential is kept.
    pub secret: Secret,
    /// How its credential is rotated.
    #[serde(default)]
    pub rotation: Rotation,
    /// When its previous credential is retired.
    #[serde(default)]
    pub retirement: Retirement,
    /// Everything that logs in with the credential. The previous credential is retired once none of these uses it.
    #[serde(default)]
    pub consumers: Vec<Consumer>,
    /// When ECS services are deployed again.
    #[serde(default)]
    pub rollout: Rollout,
    /// Where applications read what they connect with. Values are written once a login with them has succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// Which snapshots are taken and kept. Without it, the target has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshots: Option<Snapshots>,
}

/// Where the credential is kept in Secrets Manager.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// The secret's name or ARN. No other secret can rotate the target.
    #[schemars(length(min = 1))]
    pub id: String,
    /// The key of the credential, if the secret is a JSON object. Without it the whole secret is the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json_key: Option<String>,
}

/// How the credential is rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rotation {
    /// How many characters a new credential has, 32 to 128.
    #[schemars(range(min = 32, max = 128))]
    pub credential_length: u16,
}

impl Default for Rotation {
    fn default() -> Self {
        Self { credential_length: 64 }
    }
}

/// When the previous credential is retired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retirement {
    /// For how many seconds after a rotation both credentials stay valid at least; at most 7776000, which is 90 days.
    #[schemars(range(max = 7_776_000))]
    pub overlap_s: u64,
}

/// Ninety days: the usual interval of rotations.
const LONGEST_OVERLAP_S: u64 = 90 * 24 * 60 * 60;

impl Default for Retirement {
    /// A day: consumers that are deployed daily have followed by then.
    fn default() -> Self {
        Self { overlap_s: 24 * 60 * 60 }
    }
}

impl Target {
    /// Reads a settings document.
    ///
    /// ```
    /// let document = r#"{
    ///     "name": "koneksi-prod",
    ///     "backend": { "type": "elasticache-auth", "replication_group_id": "koneksi-prod" },
    ///     "secret": { "id": "koneksi/prod/redis/auth-token" }
    /// }"#;
    /// let target = policy::Target::parse(document)?;
    /// assert_eq!(target.rotation.credential_length, 64);
    /// # Ok::<(), policy::Failure>(())
    /// ```
    ///
    /// # Errors
    /// Permanent, naming the field, if the document is not JSON, lacks or misspells a key, has an unknown key, or has a
    /// value out of its range.
    pub fn parse(document: &str) -> Result<Self, Failure> {
        let mut reader = serde_json::Deserializer::from_str(document);
        let target: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let at = match error.path().to_string() {
                path if [".", "?"].contains(&path.as_str()) => "the document".to_owned(),
                path => format!("`{path}`"),
            };
            why_unreadable(&at, error.inner())
        })?;
        reader.end().map_err(|error| why_unreadable("the document", &error))?;
        target.check()?;
        Ok(target)
    }

    /// Whether a text is the name of a target: lower-case letters, digits and hyphens, at most 63, beginning with a letter.
    pub fn is_name(text: &str) -> bool {
        is_identifier(text, 63)
    }

    /// The JSON Schema of the document.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Self).into()
    }

    fn check(&self) -> Result<(), Failure> {
        if !Self::is_name(&self.name) {
            return Err(refused("`name`", "use lower-case letters, digits and hyphens, at most 63, first a letter"));
        }
        if self.secret.id.is_empty() {
            return Err(refused("`secret.id`", "it is empty; give the secret's name or ARN"));
        }
        if self.secret.json_key.as_deref() == Some("") {
            return Err(refused("`secret.json_key`", "it is empty; omit it if the whole secret is the credential"));
        }
        if !(32..=128).contains(&self.rotation.credential_length) {
            return Err(refused("`rotation.credential_length`", "use 32 to 128"));
        }
        if self.retirement.overlap_s > LONGEST_OVERLAP_S {
            return Err(refused("`retirement.overlap_s`", "use at most 7776000, which is 90 days"));
        }
        Consumer::check_all(&self.consumers)?;
        self.rollout.check()?;
        Output::check_all(&self.outputs, &self.secret.id)?;
        self.backend.check()?;
        if let Some(snapshots) = &self.snapshots {
            snapshots.check(&self.backend)?;
        }
        if matches!(self.backend, Backend::Upstash(_)) && self.secret.json_key.is_none() {
            return Err(refused(
                "`secret.json_key`",
                "give the key of the REST token: the secret of an Upstash database is a JSON object",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
