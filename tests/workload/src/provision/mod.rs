//! What Terraform would create for a target: a Redis, its secret and its settings.

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
pub use elasticache::{Access, Topology, create_group, create_serverless_cache, create_user_group};
pub use hosts::self_hosted;

/// The properties of a Redis that the settings of a target do not determine.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// The nodes of a replication group.
    pub topology: Topology,
    /// Where hosts store their users and passwords.
    pub set_up: SetUp,
}

impl From<Topology> for Shape {
    /// Uses the most common set-up of hosts, a configuration file.
    fn from(topology: Topology) -> Self {
        Self { topology, set_up: SetUp::ConfigFile }
    }
}

/// A target that was created completely.
#[derive(Clone, Debug)]
pub struct Provisioned {
    /// Its settings.
    pub target: Target,
    /// The location of its Redis.
    pub site: Site,
    /// The user that logs in with the credential; `None` if the credential is an AUTH token.
    pub username: Option<String>,
    /// The secret's ARN.
    pub secret_arn: String,
}

/// Creates what a target needs: its Redis, the bucket of its snapshots, the secret tagged with the target, and the settings
/// parameter.
///
/// With `token`, the Redis requires it and the secret contains it. Without, a replication group requires no
/// authentication and the secret contains a placeholder, as before a first rotation. Users are created with the user
/// groups they need. The addresses of hosts, databases and Cloud Map names in the document are replaced by the
/// sandbox's. Upstash generates the token of a database and ignores `token`.
///
/// # Errors
/// The document is not valid, the sandbox does not support its backend, or a call is refused.
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
    if let Some(bucket) = target.snapshots.as_ref().and_then(|snapshots| snapshots.bucket.as_ref()) {
        sandbox.s3.create_bucket(bucket);
    }
    // A task reads the secret when it starts, so the secret is created first.
    let username = username(&target);
    let secret_arn = create_secret(sandbox, &target, &first_value(&target, username.as_deref(), token)).await?;
    let site = match &target.backend {
        Backend::ElasticacheAuth(group) => {
            let id = &group.replication_group_id;
            create_group(sandbox, id, topology, Access::Token(token)).await?;
            Site::ReplicationGroup(id.clone())
        }
        Backend::ElasticacheUser(user) => {
            create_user(sandbox, &user.user_id, username.as_deref(), token).await?;
            create_user_group(sandbox, &target.name, &user.user_id).await?;
            create_group(sandbox, &target.name, topology, Access::UserGroup(&target.name)).await?;
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
            let password = token.context("a self-hosted Redis needs a password")?;
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
        other => {
            bail!("the target {} has the backend {}, which the sandbox does not support", target.name, other.flavour())
        }
    };
    put_settings(sandbox, &target.name, &serde_json::to_string_pretty(&target)?).await?;
    Ok(Provisioned { site, username, secret_arn, target })
}

/// Writes a settings document to the parameter that the functions read.
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

/// Creates the secret of a target, tagged with the target's name, and returns its ARN.
pub(crate) async fn create_secret(sandbox: &Sandbox, target: &Target, value: &str) -> anyhow::Result<String> {
    let tag = Tag::builder().key("redis-lifecycle:target").value(&target.name).build();
    let answer = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config())
        .create_secret()
        .name(&target.secret.id)
        .secret_string(value)
        .tags(tag)
        .send()
        .await?;
    answer.arn.context("CreateSecret returned no ARN")
}

/// Returns the user that logs in; `None` if the credential has no user.
fn username(target: &Target) -> Option<String> {
    match &target.backend {
        Backend::ElasticacheAuth(_) | Backend::Upstash(_) => None,
        // A user's name may differ from its id, so here it always does.
        Backend::ElasticacheUser(User { user_id }) | Backend::ElasticacheServerless(ServerlessUser { user_id, .. }) => {
            Some(format!("{user_id}-name"))
        }
        Backend::Fargate(service) => Some(service.username.clone()),
        Backend::SelfHosted(hosts) => Some(hosts.username.clone()),
    }
}

/// Returns the initial value of the secret.
fn first_value(target: &Target, username: Option<&str>, token: Option<&SecretString>) -> String {
    let credential = token.map_or("no-token-yet", ExposeSecret::expose_secret);
    match (&target.secret.json_key, username) {
        (None, _) => credential.to_owned(),
        (Some(key), None) => serde_json::json!({ "owner": "platform", key: credential }).to_string(),
        (Some(key), Some(username)) => serde_json::json!({ "username": username, key: credential }).to_string(),
    }
}
