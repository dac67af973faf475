//! What Terraform would have made: a Redis, its secret, its settings, and the function that rotates it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, bail, ensure};
use aws_sdk_elasticache::Client;
use aws_sdk_secretsmanager::types::Tag;
use aws_sdk_ssm::types::ParameterType;
use policy::{Target, target::Backend};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

use crate::{Sandbox, lambda::Function, services::ACCOUNT, services::REGION};

/// How long a group, or a user group, may take to become available.
const PATIENCE: Duration = Duration::from_secs(30);

/// The function's timeout, where a caller does not say otherwise.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(60);

/// The shape of a replication group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// Cluster mode off: one primary and its replicas.
    Single {
        /// How many replicas.
        replicas: i32,
    },
    /// Cluster mode on.
    Cluster {
        /// How many shards.
        shards: i32,
        /// How many replicas each.
        replicas: i32,
    },
}

/// Who gets in to a replication group.
#[derive(Clone, Copy, Debug)]
pub enum Door<'a> {
    /// Whoever has this AUTH token, or everybody.
    Token(Option<&'a SecretString>),
    /// The users of this user group.
    UserGroup(&'a str),
}

/// A target that is there, whole.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// Its settings.
    pub target: Target,
    /// The replication group's id.
    pub group: String,
    /// The user that logs in with the credential; `None` where it is an AUTH token.
    pub username: Option<String>,
    /// The secret's ARN.
    pub secret_arn: String,
}

impl Sandbox {
    /// Makes what a target needs: the replication group, the secret tagged with the target, and the settings parameter.
    ///
    /// With `token` the group asks for it and the secret holds it; without, the group lets everybody in and the secret
    /// holds a placeholder, as before a first rotation. A user has `token` for its password, and is made too, with a user
    /// group and a replication group of the target's name.
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
        let (group, username) = match &target.backend {
            Backend::ElasticacheAuth(group) => {
                self.create_group(&group.replication_group_id, topology, Door::Token(token)).await?;
                (group.replication_group_id.clone(), None)
            }
            Backend::ElasticacheUser(user) => {
                let password = token.context("a user needs a password")?;
                let username = format!("{}-name", user.user_id);
                self.create_user(&user.user_id, &username, password).await?;
                self.create_user_group(&target.name, &user.user_id).await?;
                self.create_group(&target.name, topology, Door::UserGroup(&target.name)).await?;
                (target.name.clone(), Some(username))
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
        Ok(Provisioned { group, username, secret_arn, target })
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

    /// Makes a user that may do everything with this password, and nothing without.
    async fn create_user(&self, id: &str, name: &str, password: &SecretString) -> anyhow::Result<()> {
        let create = Client::new(&self.sdk_config()).create_user().user_id(id).user_name(name).engine("redis");
        create.access_string("on ~* &* +@all").passwords(password.expose_secret()).send().await?;
        Ok(())
    }

    /// Makes a user group of this user and the one named `default` that every user group needs, who can do nothing.
    ///
    /// # Errors
    /// A call is refused, or the user group does not become active.
    pub async fn create_user_group(&self, id: &str, user_id: &str) -> anyhow::Result<()> {
        let client = Client::new(&self.sdk_config());
        let nobody = format!("{id}-nobody");
        let create = client.create_user().user_id(&nobody).user_name("default").engine("redis");
        create.access_string("off -@all").no_password_required(true).send().await?;
        client.create_user_group().user_group_id(id).engine("redis").user_ids(user_id).user_ids(nobody).send().await?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            let answer = client.describe_user_groups().user_group_id(id).send().await?;
            if answer.user_groups().first().and_then(|group| group.status()) == Some("active") {
                return Ok(());
            }
            ensure!(Instant::now() < give_up, "the user group {id} is not active after {} s", PATIENCE.as_secs());
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes a replication group, and waits until it is available.
    ///
    /// # Errors
    /// A call is refused, or the group does not become available.
    pub async fn create_group(&self, id: &str, topology: Topology, door: Door<'_>) -> anyhow::Result<()> {
        let client = Client::new(&self.sdk_config());
        let create = client
            .create_replication_group()
            .replication_group_id(id)
            .replication_group_description("made by the sandbox")
            .transit_encryption_enabled(true);
        let create = match door {
            Door::Token(token) => create.set_auth_token(token.map(|token| token.expose_secret().to_owned())),
            Door::UserGroup(id) => create.user_group_ids(id),
        };
        let create = match topology {
            Topology::Single { replicas } => {
                create.num_cache_clusters(replicas + 1).automatic_failover_enabled(replicas > 0)
            }
            Topology::Cluster { shards, replicas } => {
                create.num_node_groups(shards).replicas_per_node_group(replicas).automatic_failover_enabled(true)
            }
        };
        create.send().await?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            let answer = client.describe_replication_groups().replication_group_id(id).send().await?;
            if answer.replication_groups().first().and_then(|group| group.status()) == Some("available") {
                return Ok(());
            }
            ensure!(Instant::now() < give_up, "the group {id} is not available after {} s", PATIENCE.as_secs());
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn create_secret(&self, target: &Target, value: &str) -> anyhow::Result<String> {
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
