//! The target of a world: its secret and its settings.

use aws_sdk_secretsmanager::types::Tag;
use aws_sdk_ssm::types::ParameterType;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{
    consumer, elasticache,
    estate::{Estate, SetUp},
    fargate, hosts, upstash,
    world::{NAME, PARAMETER, World},
};

impl SetUp {
    /// The user that logs in.
    pub(crate) fn user(self) -> &'static str {
        match self {
            Self::ConfigFile
            | Self::Memory
            | Self::AuthToken
            | Self::ClusterAuthToken
            | Self::Fargate
            | Self::UpstashReset => "default",
            Self::AclFile | Self::GroupUser | Self::ServerlessUser | Self::UpstashAcl => "app",
        }
    }

    /// The key of the credential in a JSON secret.
    fn json_key(self) -> &'static str {
        if self.is_upstash() { "token" } else { "password" }
    }

    /// What the published parameter contains.
    fn published(self) -> &'static str {
        if self.is_upstash() { "{rest_token}" } else { "{url}" }
    }
}

/// The parameter with the settings.
fn settings_name() -> String {
    format!("/redis-lifecycle/targets/{NAME}")
}

impl World {
    /// Creates the secret with this value; returns its ARN.
    pub(crate) async fn create_secret(&self, value: &str) -> anyhow::Result<String> {
        let tag = Tag::builder().key("redis-lifecycle:target").value(NAME).build();
        let secret = self.secrets().create_secret().name(NAME).secret_string(value).tags(tag).send().await?;
        Ok(secret.arn.unwrap_or_default())
    }

    /// Stores these settings.
    pub(crate) async fn put_settings(&self, settings: &Value) -> anyhow::Result<()> {
        let put = self.parameters().put_parameter().name(settings_name()).value(settings.to_string());
        put.r#type(ParameterType::String).overwrite(true).send().await?;
        Ok(())
    }

    /// Deletes the settings.
    pub(crate) async fn delete_settings(&self) -> anyhow::Result<()> {
        self.parameters().delete_parameter().name(settings_name()).send().await?;
        Ok(())
    }

    /// The settings that were stored last.
    pub(crate) fn stored_settings(&self) -> Option<Value> {
        let (_, stored) = self.newest_settings()?;
        serde_json::from_str(stored.expose_secret()).ok()
    }

    /// The settings in effect, with the number of their version: those whose place is published, or else the newest. A rollback that
    /// stopped half way counts as done.
    pub(crate) fn in_effect(&self) -> Option<(i64, SecretString)> {
        let (name, ssm) = (settings_name(), &self.aws.ssm);
        let rolled_back = ssm.labelled(&name, "rolled-back").map(|(version, _)| version);
        let published = match ssm.labelled(&name, "current") {
            Some((version, _)) if rolled_back == Some(version) => ssm.labelled(&name, "previous"),
            current => current,
        };
        published.or_else(|| self.newest_settings())
    }

    /// The settings that were stored last, with the number of their version.
    pub(crate) fn newest_settings(&self) -> Option<(i64, SecretString)> {
        self.aws.ssm.newest(&settings_name())
    }

    /// The hosts that the settings in effect list, or those of the first settings if there are none; none but on hosts.
    pub(crate) fn hosts_in_effect(&self) -> Vec<String> {
        if !self.plan.estate.set_up.is_on_hosts() {
            return Vec::new();
        }
        let settings = self.in_effect().and_then(|(_, text)| serde_json::from_str::<Value>(text.expose_secret()).ok());
        let nodes = settings.as_ref().and_then(|settings| settings["backend"]["nodes"].as_array());
        let Some(nodes) = nodes else { return self.listed().collect() };
        nodes.iter().filter_map(|node| node["host"].as_str().map(str::to_owned)).collect()
    }

    /// The backend of a target on these hosts.
    pub(crate) fn on_hosts(&self, hosts: impl Iterator<Item = String>) -> Value {
        let Estate { set_up, sentinel, .. } = self.plan.estate;
        let nodes: Vec<_> = hosts.map(|host| json!({ "host": host })).collect();
        let mut backend = json!({ "type": "self-hosted", "nodes": nodes, "username": set_up.user() });
        if sentinel && !nodes.contains(&json!({ "host": hosts::OTHER })) {
            let watching = json!([{ "host": hosts::SENTINEL, "port": hosts::SENTINEL_PORT }]);
            backend["sentinel"] = json!({ "master_name": hosts::MASTER, "nodes": watching });
        }
        backend
    }

    /// The value of a secret with this credential.
    pub(crate) fn value(&self, credential: &str, note: u32) -> String {
        match &self.upstash {
            Some(upstash) => json!({ "url": upstash.database.url(), "token": credential, "note": note }).to_string(),
            None if self.plan.estate.json => json!({ "password": credential, "note": note }).to_string(),
            None => credential.to_owned(),
        }
    }

    /// The credential in the value of a secret.
    pub(crate) fn credential(&self, value: &SecretString) -> Option<String> {
        let value = value.expose_secret();
        if !self.plan.estate.json {
            return Some(value.to_owned());
        }
        let value: Value = serde_json::from_str(value).ok()?;
        Some(value[self.plan.estate.set_up.json_key()].as_str()?.to_owned())
    }

    /// The settings.
    pub(crate) fn settings(&self) -> Value {
        let Estate { json, overlap, set_up, consumer, .. } = self.plan.estate;
        let upstash = |renewal: Value| {
            let database = &self.upstash.as_ref().expect("there is a database").database;
            json!({ "type": "upstash", "endpoint": database.endpoint(), "port": database.port(), "renewal": renewal })
        };
        let backend = match set_up {
            SetUp::ConfigFile | SetUp::AclFile | SetUp::Memory => self.on_hosts(self.listed()),
            SetUp::AuthToken | SetUp::ClusterAuthToken => {
                json!({ "type": "elasticache-auth", "replication_group_id": NAME })
            }
            SetUp::GroupUser => json!({ "type": "elasticache-user", "user_id": elasticache::USER }),
            SetUp::Fargate => fargate::settings(self),
            SetUp::ServerlessUser => json!({
                "type": "elasticache-serverless",
                "serverless_cache_name": NAME,
                "user_id": elasticache::USER,
            }),
            SetUp::UpstashAcl => {
                upstash(json!({ "by": "acl", "username": upstash::USER, "admin_secret_id": upstash::RENEWAL }))
            }
            SetUp::UpstashReset => {
                let id = &self.upstash.as_ref().expect("there is a database").database.id;
                upstash(json!({ "by": "reset", "database_id": id, "api_secret_id": upstash::RENEWAL }))
            }
        };
        let mut settings = json!({
            "name": NAME,
            "backend": backend,
            "secret": { "id": NAME },
            "retirement": { "overlap_s": overlap.as_secs() },
            "outputs": [{ "type": "ssm-parameter", "name": PARAMETER, "value": set_up.published() }],
        });
        if json {
            settings["secret"]["json_key"] = set_up.json_key().into();
        }
        if let Some(kind) = consumer {
            consumer::add_to(&mut settings, kind);
        }
        settings
    }
}
