//! The replication group of a world, and what people do to it.

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use cloud::Clients;
use sandbox::in_memory::InMemory;
use secrecy::SecretString;
use tokio::time::{sleep, timeout};

use crate::{
    nodes::{Node, Nodes},
    person::GivenUp,
    plan::{Estate, SetUp},
    world::{FIRST, NAME, World},
};

/// The id and the name of the user whose password is rotated.
pub(crate) const USER: &str = "app";

/// The user group of a group without AUTH token.
const USER_GROUP: &str = "orders-users";

/// How long a group takes at most until it is available.
const PATIENCE: Duration = Duration::from_secs(600);

/// Creates the group of an estate, and waits until it is available.
///
/// # Errors
/// A call is refused.
pub(crate) async fn create(aws: &InMemory, clients: &Clients, estate: &Estate) -> anyhow::Result<Nodes> {
    let client = clients.elasticache();
    let replicas = i32::try_from(estate.nodes)? - 1;
    let create = client.create_replication_group().replication_group_id(NAME).replication_group_description(NAME);
    // The nodes are without TLS all the same: the network of a world does not encrypt.
    let create = create.transit_encryption_enabled(true);
    let create = match estate.set_up {
        SetUp::GroupUser => {
            create_user_group(client).await?;
            create.user_group_ids(USER_GROUP)
        }
        _ => create.auth_token(FIRST),
    };
    let create = match estate.set_up {
        SetUp::ClusterAuthToken => {
            create.num_node_groups(2).replicas_per_node_group(replicas).automatic_failover_enabled(true)
        }
        _ => create.num_cache_clusters(replicas + 1).automatic_failover_enabled(replicas > 0),
    };
    create.send().await?;
    let available = timeout(PATIENCE, async {
        loop {
            let answer = client.describe_replication_groups().replication_group_id(NAME).send().await?;
            if answer.replication_groups().first().and_then(|group| group.status()) == Some("available") {
                return anyhow::Ok(());
            }
            sleep(Duration::from_secs(5)).await;
        }
    });
    available.await??;
    let nodes: Nodes = aws
        .elasticache
        .nodes(NAME)
        .into_iter()
        .filter_map(|view| {
            let (host, node) = (view.address.to_string(), aws.fleet.node(view.address)?);
            let node = Node::new(&host, Arc::clone(node.simulated()?));
            Some((host, node))
        })
        .collect();
    ensure!(!nodes.is_empty(), "a group has nodes in memory");
    Ok(nodes)
}

/// Creates the user, and a user group with it and with the user `default` that every user group needs. That one is off.
async fn create_user_group(client: &aws_sdk_elasticache::Client) -> anyhow::Result<()> {
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
        SetUp::GroupUser => world.aws.elasticache.coming_passwords(USER),
        SetUp::AuthToken | SetUp::ClusterAuthToken => world.aws.elasticache.coming_tokens(NAME),
        _ => None,
    }
}

/// Makes a credential the only one of the server, as a person does: by `SET`, or as the one password of the user.
pub(crate) async fn only(world: &World, credential: &str) -> Result<(), GivenUp> {
    match world.plan.estate.set_up {
        SetUp::GroupUser => passwords(world, &[credential]).await,
        _ => token(world, credential, "SET").await,
    }
}

/// Adds a credential to the server: by `ROTATE`, or as the second password of the user beside AWSCURRENT's.
pub(crate) async fn add(world: &World, current: &str, credential: &str) -> Result<(), GivenUp> {
    match world.plan.estate.set_up {
        SetUp::GroupUser if current == credential => passwords(world, &[credential]).await,
        SetUp::GroupUser => passwords(world, &[current, credential]).await,
        _ => token(world, credential, "ROTATE").await,
    }
}

/// Changes something else about the server, which is busy meanwhile: the access string of the user, or the description.
pub(crate) async fn touch(world: &World) -> Result<(), GivenUp> {
    match world.plan.estate.set_up {
        SetUp::GroupUser => {
            let modify = world.person().elasticache().modify_user().user_id(USER);
            modify.access_string("on ~* &* +@all -@dangerous").send().await?;
        }
        _ => world.aws.elasticache.busy(NAME, "snapshotting", Duration::from_secs(120)).map_err(|_| GivenUp)?,
    }
    Ok(())
}

/// Has the first shard of the group fail over.
pub(crate) async fn test_failover(world: &World) -> Result<(), GivenUp> {
    let test = world.person().elasticache().test_failover().replication_group_id(NAME).node_group_id("0001");
    test.send().await?;
    Ok(())
}

async fn passwords(world: &World, passwords: &[&str]) -> Result<(), GivenUp> {
    let modify = world.person().elasticache().modify_user().user_id(USER);
    modify.set_passwords(Some(passwords.iter().map(|one| (*one).to_owned()).collect())).send().await?;
    Ok(())
}

async fn token(world: &World, token: &str, strategy: &str) -> Result<(), GivenUp> {
    let modify = world.person().elasticache().modify_replication_group().replication_group_id(NAME);
    let modify = modify.auth_token(token).auth_token_update_strategy(strategy.into()).apply_immediately(true);
    modify.send().await?;
    Ok(())
}
