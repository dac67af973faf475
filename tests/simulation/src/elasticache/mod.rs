//! The replication group or the serverless cache of a world.

pub(crate) mod edits;

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use aws_sdk_elasticache::Client;
use cloud::Clients;
use sandbox::in_memory::InMemory;
use secrecy::SecretString;
use tokio::time::{sleep, timeout};

use crate::{
    estate::{Estate, SHARDS, SetUp},
    nodes::{Node, Nodes},
    world::{FIRST, NAME, World},
};

/// The id and the name of the user whose password is rotated.
pub(crate) const USER: &str = "app";

/// The user group of a group without AUTH token, and of a serverless cache.
const USER_GROUP: &str = "orders-users";

/// How long a group or a cache takes at most until it is available.
const PATIENCE: Duration = Duration::from_secs(600);

/// Creates the group or the serverless cache of an estate, and waits until it is available.
///
/// # Errors
/// A call is refused.
pub(crate) async fn create(aws: &InMemory, clients: &Clients, estate: &Estate) -> anyhow::Result<Nodes> {
    let client = clients.elasticache();
    if estate.set_up.has_users() {
        create_user_group(client).await?;
    }
    match estate.set_up {
        SetUp::ServerlessUser => {
            let create = client.create_serverless_cache().serverless_cache_name(NAME).engine("redis");
            create.user_group_id(USER_GROUP).send().await?;
        }
        _ => create_group(client, estate).await?,
    }
    let available = timeout(PATIENCE, async {
        while status(client, estate.set_up).await?.as_deref() != Some("available") {
            sleep(Duration::from_secs(5)).await;
        }
        anyhow::Ok(())
    });
    available.await??;
    let mut nodes = Nodes::new();
    refresh(aws, &mut nodes);
    ensure!(!nodes.is_empty(), "a group or a cache has nodes in memory");
    Ok(nodes)
}

/// Puts the nodes of the moment in the place of those of before: replicas join and leave.
pub(crate) fn refresh(aws: &InMemory, nodes: &mut Nodes) {
    let before = std::mem::take(nodes);
    nodes.extend(aws.elasticache.nodes(NAME).into_iter().filter_map(|view| {
        let (host, node) = (view.address.to_string(), aws.fleet.node(view.address)?);
        let redis = node.simulated()?;
        let known = before.get(&host).filter(|node| Arc::ptr_eq(&node.redis, redis)).cloned();
        Some((host.clone(), known.unwrap_or_else(|| Node::new(&host, Arc::clone(redis)))))
    }));
}

async fn create_group(client: &Client, estate: &Estate) -> anyhow::Result<()> {
    let replicas = i32::try_from(estate.nodes)? - 1;
    let create = client.create_replication_group().replication_group_id(NAME).replication_group_description(NAME);
    // The nodes are without TLS all the same: the network of a world does not encrypt.
    let create = create.transit_encryption_enabled(true);
    let create = match estate.set_up.has_users() {
        true => create.user_group_ids(USER_GROUP),
        false => create.auth_token(FIRST),
    };
    let create = match estate.set_up {
        SetUp::ClusterAuthToken => create
            .num_node_groups(i32::try_from(SHARDS)?)
            .replicas_per_node_group(replicas)
            .automatic_failover_enabled(true),
        _ => create.num_cache_clusters(replicas + 1).automatic_failover_enabled(replicas > 0),
    };
    create.send().await?;
    Ok(())
}

/// The status of the group or of the serverless cache.
async fn status(client: &Client, set_up: SetUp) -> anyhow::Result<Option<String>> {
    if set_up == SetUp::ServerlessUser {
        let answer = client.describe_serverless_caches().serverless_cache_name(NAME).send().await?;
        return Ok(answer.serverless_caches().first().and_then(|cache| cache.status()).map(str::to_owned));
    }
    let answer = client.describe_replication_groups().replication_group_id(NAME).send().await?;
    Ok(answer.replication_groups().first().and_then(|group| group.status()).map(str::to_owned))
}

/// Creates the user, and a user group with it and with the user `default` that every user group needs. That one is off.
async fn create_user_group(client: &Client) -> anyhow::Result<()> {
    let user = client.create_user().user_id(USER).user_name(USER).engine("redis");
    user.access_string("on ~* &* +@all").passwords(FIRST).send().await?;
    let nobody = client.create_user().user_id("nobody").user_name("default").engine("redis");
    nobody.access_string("off -@all").no_password_required(true).send().await?;
    let group = client.create_user_group().user_group_id(USER_GROUP).engine("redis");
    group.user_ids(USER).user_ids("nobody").send().await?;
    // It is active once the timing of creation is over, which is at once.
    sleep(Duration::from_secs(5)).await;
    Ok(())
}

/// What the nodes accept once the change in progress has reached all of them; `None` if there is no such change.
pub(crate) fn coming(world: &World) -> Option<Vec<SecretString>> {
    match world.plan.estate.set_up {
        SetUp::GroupUser | SetUp::ServerlessUser => world.aws.elasticache.coming_passwords(USER),
        SetUp::AuthToken | SetUp::ClusterAuthToken => world.aws.elasticache.coming_tokens(NAME),
        _ => None,
    }
}
