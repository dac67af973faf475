//! What Terraform would have made: a Redis, its secret, its settings, and the function that rotates it.

mod ecs;
mod elasticache;
mod hosts;
mod upstash;

use anyhow::{Context, bail};
use aws_sdk_secretsmanager::types::Tag;
use aws_sdk_ssm::types::ParameterType;
use policy::{
    Target,
    target::{Backend, ServerlessUser, User},
};
use sandbox::{
    Sandbox,
    hosts::{Plan, SetUp},
};
use secrecy::{ExposeSecret, SecretString};

use crate::Site;

use elasticache::create_user;

pub use ecs::{RedisService, create_consumer_service, create_redis_service, create_service_of};
pub use elasticache::{Door, Topology, create_group, create_serverless_cache, create_user_group};
pub use hosts::self_hosted;

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
    sandbox: &Sandbox,
    document: &str,
    shape: impl Into<Shape>,
    token: Option<&SecretString>,
) -> anyhow::Result<Provisioned> {
    let Shape { topology, set_up } = shape.into();
    let mut target = Target::parse(document)?;
    if let Backend::Upstash(described) = target.backend.clone() {
        return upstash::provision_database(sandbox, target, described).await;
    }
    // A task reads the secret when it starts, so the secret is made first.
    let username = username(&target);
    let secret_arn = create_secret(sandbox, &target, &first_value(&target, username.as_deref(), token)).await?;
    let site = match &target.backend {
        Backend::ElasticacheAuth(group) => {
            let id = &group.replication_group_id;
            create_group(sandbox, id, topology, Door::Token(token)).await?;
            Site::ReplicationGroup(id.clone())
        }
        Backend::ElasticacheUser(user) => {
            create_user(sandbox, &user.user_id, username.as_deref(), token).await?;
            create_user_group(sandbox, &target.name, &user.user_id).await?;
            create_group(sandbox, &target.name, topology, Door::UserGroup(&target.name)).await?;
            Site::ReplicationGroup(target.name.clone())
        }
        Backend::ElasticacheServerless(place) => {
            create_user(sandbox, &place.user_id, username.as_deref(), token).await?;
            create_user_group(sandbox, &target.name, &place.user_id).await?;
            create_serverless_cache(sandbox, &place.serverless_cache_name, &target.name).await?;
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
            create_redis_service(sandbox, &redis).await?;
            let site = Site::Service { cluster: place.cluster.clone(), service: place.service.clone() };
            place.host =
                place.host.and_then(|host| sandbox.cloud_map.address(&host)).map(|address| address.to_string());
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
            let estate = sandbox.hosts.provision(plan).await?;
            let site = Site::Hosts(estate.nodes().map(|host| host.address()).collect());
            target.backend = self_hosted(&estate);
            site
        }
        other => bail!("the target {} is {}, which the sandbox cannot make", target.name, other.flavour()),
    };
    put_settings(sandbox, &target.name, &serde_json::to_string_pretty(&target)?).await?;
    Ok(Provisioned { site, username, secret_arn, target })
}

/// Puts a settings document where the functions look for it.
///
/// # Errors
/// The call is refused.
pub async fn put_settings(sandbox: &Sandbox, name: &str, document: &str) -> anyhow::Result<()> {
    aws_sdk_ssm::Client::new(&sandbox.sdk_config())
        .put_parameter()
        .name(format!("/redis-lifecycle/targets/{name}"))
        .value(document)
        .r#type(ParameterType::String)
        .overwrite(true)
        .send()
        .await?;
    Ok(())
}

/// Makes the secret of a target, tagged with it, and gives its ARN.
pub(crate) async fn create_secret(sandbox: &Sandbox, target: &Target, value: &str) -> anyhow::Result<String> {
    let tag = Tag::builder().key("redis-lifecycle:target").value(&target.name).build();
    let answer = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config())
        .create_secret()
        .name(&target.secret.id)
        .secret_string(value)
        .tags(tag)
        .send()
        .await?;
    answer.arn.context("a secret has an ARN")
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
