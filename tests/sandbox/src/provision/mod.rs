//! What Terraform would have made: a Redis, its secret, its settings, and the function that rotates it.

mod elasticache;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, bail, ensure};
use aws_sdk_secretsmanager::types::Tag;
use aws_sdk_ssm::types::ParameterType;
use policy::{Target, target::Backend};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Sandbox, Site,
    lambda::Function,
    services::{ACCOUNT, REGION},
};

use elasticache::Door;
pub use elasticache::Topology;

/// The function's timeout, where a caller does not say otherwise.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(60);

/// A target that is there, whole.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// Its settings.
    pub target: Target,
    /// Where its Redis is.
    pub site: Site,
    /// The user that logs in with the credential; `None` where it is an AUTH token.
    pub username: Option<String>,
    /// The secret's ARN.
    pub secret_arn: String,
}

impl Sandbox {
    /// Makes what a target needs: its Redis, the secret tagged with the target, and the settings parameter.
    ///
    /// With `token` a group asks for it and the secret holds it; without, the group lets everybody in and the secret
    /// holds a placeholder, as before a first rotation. A user has `token` for its password, and is made too, with a user
    /// group, and a replication group where it needs one, of the target's name.
    ///
    /// # Errors
    /// The document is refused, or is of a backend that the sandbox cannot make, or a call is.
    pub async fn provision(
        &self,
        document: &str,
        topology: Topology,
        token: Option<&SecretString>,
    ) -> anyhow::Result<Provisioned> {
        let target = Target::parse(document)?;
        let (site, username) = match &target.backend {
            Backend::ElasticacheAuth(group) => {
                let id = &group.replication_group_id;
                self.create_group(id, topology, Door::Token(token)).await?;
                (Site::ReplicationGroup(id.clone()), None)
            }
            Backend::ElasticacheUser(user) => {
                let username = self.create_user(&user.user_id, token).await?;
                self.create_user_group(&target.name, &user.user_id).await?;
                self.create_group(&target.name, topology, Door::UserGroup(&target.name)).await?;
                (Site::ReplicationGroup(target.name.clone()), Some(username))
            }
            Backend::ElasticacheServerless(place) => {
                let username = self.create_user(&place.user_id, token).await?;
                self.create_user_group(&target.name, &place.user_id).await?;
                self.create_serverless_cache(&place.serverless_cache_name, &target.name).await?;
                (Site::ServerlessCache(place.serverless_cache_name.clone()), Some(username))
            }
            other => bail!("the target {} is {}, which the sandbox cannot make", target.name, other.flavour()),
        };
        let credential = token.map_or("no-token-yet", ExposeSecret::expose_secret);
        let value = match (&target.secret.json_key, &username) {
            (None, _) => credential.to_owned(),
            (Some(key), None) => serde_json::json!({ "owner": "platform", key: credential }).to_string(),
            (Some(key), Some(username)) => serde_json::json!({ "username": username, key: credential }).to_string(),
        };
        let secret_arn = self.create_secret(&target, &value).await?;
        self.put_settings(&target.name, document).await?;
        Ok(Provisioned { site, username, secret_arn, target })
    }

    /// Puts a settings document where the functions look for it.
    ///
    /// # Errors
    /// The call is refused.
    pub async fn put_settings(&self, name: &str, document: &str) -> anyhow::Result<()> {
        aws_sdk_ssm::Client::new(&self.sdk_config())
            .put_parameter()
            .name(format!("/redis-lifecycle/targets/{name}"))
            .value(document)
            .r#type(ParameterType::String)
            .overwrite(true)
            .send()
            .await?;
        Ok(())
    }

    /// Deploys a compiled function under its file's name, and gives its ARN.
    ///
    /// # Errors
    /// There is no such file: it is not compiled yet.
    pub fn deploy(&self, binary: PathBuf, timeout: Duration) -> anyhow::Result<String> {
        ensure!(binary.is_file(), "{} is not there; run `cargo build --workspace` first", binary.display());
        let name = binary.file_name().context("a function has a name")?.to_string_lossy().into_owned();
        self.runner.add(Function { name: name.clone(), binary, timeout, environment: BTreeMap::new() });
        Ok(format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"))
    }

    /// Makes the secret of a target, tagged with it, and gives its ARN.
    pub(crate) async fn create_secret(&self, target: &Target, value: &str) -> anyhow::Result<String> {
        let tag = Tag::builder().key("redis-lifecycle:target").value(&target.name).build();
        let answer = aws_sdk_secretsmanager::Client::new(&self.sdk_config())
            .create_secret()
            .name(&target.secret.id)
            .secret_string(value)
            .tags(tag)
            .send()
            .await?;
        answer.arn.context("a secret has an ARN")
    }
}
