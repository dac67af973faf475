//! The target of a world: its secret and its settings.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{
    elasticache,
    plan::{Estate, SetUp},
    world::{NAME, PARAMETER, World},
};

impl SetUp {
    /// The user that logs in.
    pub(crate) fn user(self) -> &'static str {
        match self {
            Self::ConfigFile | Self::AuthToken | Self::ClusterAuthToken => "default",
            Self::AclFile | Self::GroupUser => "app",
        }
    }
}

impl World {
    /// The value of a secret with this credential.
    pub(crate) fn value(&self, credential: &str, note: u32) -> String {
        if self.plan.estate.json {
            json!({ "password": credential, "note": note }).to_string()
        } else {
            credential.to_owned()
        }
    }

    /// The credential in the value of a secret.
    pub(crate) fn credential(&self, value: &SecretString) -> Option<String> {
        let value = value.expose_secret();
        if !self.plan.estate.json {
            return Some(value.to_owned());
        }
        let value: Value = serde_json::from_str(value).ok()?;
        Some(value["password"].as_str()?.to_owned())
    }

    /// The settings.
    pub(crate) fn settings(&self) -> Value {
        let Estate { json, overlap, set_up, .. } = self.plan.estate;
        let backend = match set_up {
            SetUp::ConfigFile | SetUp::AclFile => {
                let nodes: Vec<_> = self.nodes.keys().map(|host| json!({ "host": host })).collect();
                json!({ "type": "self-hosted", "nodes": nodes, "username": set_up.user() })
            }
            SetUp::AuthToken | SetUp::ClusterAuthToken => {
                json!({ "type": "elasticache-auth", "replication_group_id": NAME })
            }
            SetUp::GroupUser => json!({ "type": "elasticache-user", "user_id": elasticache::USER }),
        };
        let mut settings = json!({
            "name": NAME,
            "backend": backend,
            "secret": { "id": NAME },
            "retirement": { "overlap_s": overlap.as_secs() },
            "outputs": [{ "type": "ssm-parameter", "name": PARAMETER, "value": "{url}" }],
        });
        if json {
            settings["secret"]["json_key"] = "password".into();
        }
        settings
    }
}
