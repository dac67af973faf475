//! Replication groups, serverless caches and users.

use std::time::Duration;

use anyhow::{Context, ensure};
use aws_sdk_elasticache::Client;
use sandbox::Sandbox;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

/// How long a group, or a user group, may take to become available.
const PATIENCE: Duration = Duration::from_secs(30);

/// The shape of a replication group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// Cluster mode off: one primary and its replicas.
    Single {
        /// The number of replicas.
        replicas: i32,
    },
    /// Cluster mode on.
    Cluster {
        /// The number of shards.
        shards: i32,
        /// The number of replicas of each shard.
        replicas: i32,
    },
}

/// How clients authenticate to a replication group.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    /// With this AUTH token; `None` for a group without authentication.
    Token(Option<&'a SecretString>),
    /// As a user of this user group.
    UserGroup(&'a str),
}

/// Creates a user with this password and all permissions.
pub(super) async fn create_user(
    sandbox: &Sandbox,
    id: &str,
    name: Option<&str>,
    password: Option<&SecretString>,
) -> anyhow::Result<()> {
    let (name, password) = name.zip(password).context("a user needs a name and a password")?;
    let create = Client::new(&sandbox.sdk_config()).create_user().user_id(id).user_name(name).engine("redis");
    create.access_string("on ~* &* +@all").passwords(password.expose_secret()).send().await?;
    Ok(())
}

/// Creates a user group with this user, and with a disabled user named `default`, which every user group needs.
///
/// # Errors
/// A call is refused, or the user group does not become active.
pub async fn create_user_group(sandbox: &Sandbox, id: &str, user_id: &str) -> anyhow::Result<()> {
    let client = Client::new(&sandbox.sdk_config());
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

/// Creates a replication group and waits until it is available.
///
/// # Errors
/// A call is refused, or the group does not become available.
pub async fn create_group(sandbox: &Sandbox, id: &str, topology: Topology, access: Access<'_>) -> anyhow::Result<()> {
    let client = Client::new(&sandbox.sdk_config());
    let create = client
        .create_replication_group()
        .replication_group_id(id)
        .replication_group_description("created by the sandbox")
        .transit_encryption_enabled(true);
    let create = match access {
        Access::Token(token) => create.set_auth_token(token.map(|token| token.expose_secret().to_owned())),
        Access::UserGroup(id) => create.user_group_ids(id),
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

/// Creates a serverless cache with this user group and waits until it is available.
///
/// # Errors
/// A call is refused, or the cache does not become available.
pub async fn create_serverless_cache(sandbox: &Sandbox, name: &str, user_group: &str) -> anyhow::Result<()> {
    let client = Client::new(&sandbox.sdk_config());
    let create = client.create_serverless_cache().serverless_cache_name(name).engine("redis");
    create.user_group_id(user_group).send().await?;
    let give_up = Instant::now() + PATIENCE;
    loop {
        let answer = client.describe_serverless_caches().serverless_cache_name(name).send().await?;
        if answer.serverless_caches().first().and_then(|cache| cache.status()) == Some("available") {
            return Ok(());
        }
        ensure!(Instant::now() < give_up, "the cache {name} is not available after {} s", PATIENCE.as_secs());
        sleep(Duration::from_millis(100)).await;
    }
}
