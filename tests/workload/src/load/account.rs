//! What a consumer reads from AWS: its token, and the addresses of the nodes.

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::{LoadTarget, topology::Topology};

/// The AWS clients of one consumer.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    aws: Aws,
    target: LoadTarget,
}

/// Clients of the services that a consumer calls.
#[derive(Clone, Debug)]
pub(crate) struct Aws {
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) elasticache: aws_sdk_elasticache::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
}

/// A token, its user, and the version of the secret that it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) username: Option<String>,
    pub(crate) value: SecretString,
    pub(crate) version_id: String,
}

impl Token {
    /// Whether both have the same value.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.value.expose_secret() == other.value.expose_secret()
    }
}

impl Account {
    pub(crate) fn open(target: &LoadTarget) -> Self {
        let aws = Aws {
            secrets: aws_sdk_secretsmanager::Client::new(&target.sdk_config),
            elasticache: aws_sdk_elasticache::Client::new(&target.sdk_config),
            ecs: aws_sdk_ecs::Client::new(&target.sdk_config),
        };
        Self { aws, target: target.clone() }
    }

    /// Reads the token in AWSCURRENT.
    pub(crate) async fn current(&self) -> anyhow::Result<Token> {
        self.token("AWSCURRENT").await
    }

    /// Reads the token in the version with this staging label.
    pub(crate) async fn token(&self, stage: &str) -> anyhow::Result<Token> {
        let secret = self.aws.secrets.get_secret_value().secret_id(&self.target.secret_id).version_stage(stage);
        let secret = secret.send().await?;
        let version_id = secret.version_id.context("GetSecretValue returned no version id")?;
        let text = SecretString::from(secret.secret_string.context("the secret has no string value")?);
        let value = match &self.target.secret_key {
            None => text,
            Some(key) => {
                let object: serde_json::Value =
                    serde_json::from_str(text.expose_secret()).ok().context("the secret is not JSON")?;
                let token = object.get(key).and_then(|value| value.as_str());
                SecretString::from(token.with_context(|| format!("the secret has no string at the key {key:?}"))?)
            }
        };
        Ok(Token { username: self.target.username.clone(), value, version_id })
    }

    /// Reads the addresses of the nodes.
    pub(crate) async fn topology(&self) -> anyhow::Result<Topology> {
        Topology::read(&self.aws, &self.target.site).await
    }
}
