//! What Terraform would have made: a Redis, its secret, its settings, and the function that rotates it.

mod ecs;
mod elasticache;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, bail, ensure};
use aws_sdk_secretsmanager::types::Tag;
use aws_sdk_ssm::types::ParameterType;
use policy::{
    Target,
    target::{Backend, ServerlessUser, User},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Sandbox, Site,
    hosts::{Plan, SetUp},
    lambda::Function,
    services::{ACCOUNT, REGION},
};

pub use ecs::RedisService;
pub use elasticache::{Door, Topology};

/// The function's timeout, where a caller does not say otherwise.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(60);

/// What the settings of a target leave open about its Redis.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The nodes of a replication group.
    pub topology: Topology,
    /// Where hosts keep who may log in.
    pub set_up: SetUp,
}

impl From<Topology> for Shape {
    /// With the set-up that most hosts have.
    fn from(topology: Topology) -> Self {
        Self { topology, set_up: SetUp::ConfigFile }
    }
}

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
    /// With `token` the Redis asks for it and the secret holds it; without, a replication group lets everybody in and the
    /// secret holds a placeholder, as before a first rotation. Users are made too, with all that ElastiCache wants around
    /// them. Hosts, databases and names in Cloud Map have the sandbox's addresses in place of the document's: nobody here
    /// knows their owner's names. Upstash makes the token of a database itself, whatever `token` is.
    ///
    /// # Errors
    /// The document is refused, or is of a backend that the sandbox cannot make, or a call is.
    pub async fn provision(
        &self,
        document: &str,
        shape: impl Into<Shape>,
        token: Option<&SecretString>,
    ) -> anyhow::Result<Provisioned> {
        let Shape { topology, set_up } = shape.into();
        let mut target = Target::parse(document)?;
        if let Backend::Upstash(described) = target.backend.clone() {
            return self.provision_database(target, described).await;
        }
        // A task reads the secret when it starts, so the secret is made first.
        let username = username(&target);
        let secret_arn = self.create_secret(&target, &first_value(&target, username.as_deref(), token)).await?;
        let site = match &target.backend {
            Backend::ElasticacheAuth(group) => {
                let id = &group.replication_group_id;
                self.create_group(id, topology, Door::Token(token)).await?;
                Site::ReplicationGroup(id.clone())
            }
            Backend::ElasticacheUser(user) => {
                self.create_user(&user.user_id, username.as_deref(), token).await?;
                self.create_user_group(&target.name, &user.user_id).await?;
                self.create_group(&target.name, topology, Door::UserGroup(&target.name)).await?;
                Site::ReplicationGroup(target.name.clone())
            }
            Backend::ElasticacheServerless(place) => {
                self.create_user(&place.user_id, username.as_deref(), token).await?;
                self.create_user_group(&target.name, &place.user_id).await?;
                self.create_serverless_cache(&place.serverless_cache_name, &target.name).await?;
                Site::ServerlessCache(place.serverless_cache_name.clone())
            }
            Backend::Fargate(place) => {
                let mut place = place.clone();
                let redis = RedisService {
                    target: &target.name,
                    cluster: &place.cluster,
                    service: &place.service,
                    host: place.host.as_deref(),
                    secret_arn: &secret_arn,
                    json_key: target.secret.json_key.as_deref(),
                };
                self.create_redis_service(&redis).await?;
                let site = Site::Service { cluster: place.cluster.clone(), service: place.service.clone() };
                place.host =
                    place.host.and_then(|host| self.cloud_map.address(&host)).map(|address| address.to_string());
                target.backend = Backend::Fargate(place);
                site
            }
            Backend::SelfHosted(hosts) => {
                let password = token.context("a Redis of its owner's needs a password")?;
                let sentinel = hosts.sentinel.as_ref();
                let plan = Plan {
                    username: hosts.username.clone(),
                    replicas: hosts.nodes.len() - 1,
                    sentinels: sentinel.map_or(0, |sentinel| sentinel.nodes.len()),
                    master_name: sentinel.map_or_else(String::new, |sentinel| sentinel.master_name.clone()),
                    ..Plan::new(set_up, password)
                };
                let estate = self.hosts.provision(plan).await?;
                let site = Site::Hosts(estate.nodes().map(|host| host.address()).collect());
                target.backend = estate.backend();
                site
            }
            other => bail!("the target {} is {}, which the sandbox cannot make", target.name, other.flavour()),
        };
        self.put_settings(&target.name, &serde_json::to_string_pretty(&target)?).await?;
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

/// The user that logs in; `None` where there is no such thing.
fn username(target: &Target) -> Option<String> {
    match &target.backend {
        Backend::ElasticacheAuth(_) | Backend::Upstash(_) => None,
        // A user's name need not be its id, so here it never is.
        Backend::ElasticacheUser(User { user_id }) | Backend::ElasticacheServerless(ServerlessUser { user_id, .. }) => {
            Some(format!("{user_id}-name"))
        }
        Backend::Fargate(service) => Some(service.username.clone()),
        Backend::SelfHosted(hosts) => Some(hosts.username.clone()),
    }
}

/// What the secret holds at first.
fn first_value(target: &Target, username: Option<&str>, token: Option<&SecretString>) -> String {
    let credential = token.map_or("no-token-yet", ExposeSecret::expose_secret);
    match (&target.secret.json_key, username) {
        (None, _) => credential.to_owned(),
        (Some(key), None) => serde_json::json!({ "owner": "platform", key: credential }).to_string(),
        (Some(key), Some(username)) => serde_json::json!({ "username": username, key: credential }).to_string(),
    }
}
