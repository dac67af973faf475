//! What a consumer reads from AWS: its token, and the nodes.

use anyhow::Context;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::config::Credentials;
use secrecy::{ExposeSecret, SecretString};

use super::{LoadTarget, topology::Topology};

/// An SDK configuration that reaches the sandbox at this URL and nothing else, signing as `principal`.
pub async fn sdk_config(endpoint_url: &str, principal: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint_url)
        .region(Region::new(crate::services::REGION))
        .credentials_provider(Credentials::new(principal, "sandbox", None, None, "sandbox"))
        .load()
        .await
}

/// The AWS clients of one consumer.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    secrets: aws_sdk_secretsmanager::Client,
    elasticache: aws_sdk_elasticache::Client,
    target: LoadTarget,
}

/// A token, and the version of the secret it was read from.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) value: SecretString,
    pub(crate) version_id: String,
}

impl Token {
    /// Whether both are one and the same value.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.value.expose_secret() == other.value.expose_secret()
    }
}

impl Account {
    pub(crate) async fn open(target: &LoadTarget, principal: &str) -> Self {
        let config = sdk_config(&target.endpoint_url, principal).await;
        Self {
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            elasticache: aws_sdk_elasticache::Client::new(&config),
            target: target.clone(),
        }
    }

    /// Reads the token that AWSCURRENT holds.
    pub(crate) async fn current(&self) -> anyhow::Result<Token> {
        let secret = self.secrets.get_secret_value().secret_id(&self.target.secret_id).send().await?;
        let version_id = secret.version_id.context("GetSecretValue named no version")?;
        let text = SecretString::from(secret.secret_string.context("the secret is not a string")?);
        let value = match &self.target.secret_key {
            None => text,
            Some(key) => {
                let object: serde_json::Value =
                    serde_json::from_str(text.expose_secret()).ok().context("the secret is not JSON")?;
                let token = object.get(key).and_then(|value| value.as_str());
                SecretString::from(token.with_context(|| format!("the secret has no text at {key:?}"))?)
            }
        };
        Ok(Token { value, version_id })
    }

    /// Reads which nodes there are.
    pub(crate) async fn topology(&self) -> anyhow::Result<Topology> {
        Topology::read(&self.elasticache, &self.target.replication_group_id).await
    }
}
