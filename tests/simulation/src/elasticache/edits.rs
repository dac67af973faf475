//! What people do to a replication group or a serverless cache.

use std::time::Duration;

use aws_sdk_elasticache::types::ConfigureShard;
use rand::RngExt;
use sandbox::{chance, services::elasticache::Role};

use super::{USER, USER_GROUP};
use crate::{
    estate::{SHARDS, SetUp},
    person::{GivenUp, OWN, credential_with, previous},
    what::Edit,
    world::{FIRST, NAME, World},
};

/// How long a group is busy that is not asked to change a credential.
const BUSY: Duration = Duration::from_secs(120);

/// Carries out an edit.
pub(crate) async fn carry_out(world: &World, edit: Edit) -> Result<(), GivenUp> {
    match edit {
        Edit::RemovePrevious => {
            let previous = previous(world).ok_or(GivenUp)?;
            let current = credential_with(world, "AWSCURRENT").ok_or(GivenUp)?;
            only(world, &current).await?;
            world.watch().removed(&previous);
            Ok(())
        }
        Edit::AddOwnCredential => add(world, OWN).await,
        Edit::PutFirstBack if world.plan.estate.set_up.has_users() => {
            only(world, FIRST).await?;
            world.watch().added(FIRST);
            Ok(())
        }
        Edit::PutFirstBack => add(world, FIRST).await,
        Edit::Touch => touch(world).await,
        Edit::TestFailover => test_failover(world).await,
        Edit::IncreaseReplicaCount => increase_replica_count(world).await,
        Edit::DecreaseReplicaCount => decrease_replica_count(world).await,
        _ => Err(GivenUp),
    }
}

/// Makes a credential the only one of the server: by `SET`, or as the one password of the user.
async fn only(world: &World, credential: &str) -> Result<(), GivenUp> {
    match world.plan.estate.set_up.has_users() {
        true => passwords(world, &[credential]).await,
        false => token(world, credential, "SET").await,
    }
}

/// Adds a credential to the server: by `ROTATE`, or as the second password of the user beside AWSCURRENT's.
async fn add(world: &World, credential: &str) -> Result<(), GivenUp> {
    let current = credential_with(world, "AWSCURRENT").ok_or(GivenUp)?;
    match world.plan.estate.set_up.has_users() {
        true if current == credential => passwords(world, &[credential]).await?,
        true => passwords(world, &[&current, credential]).await?,
        false => token(world, credential, "ROTATE").await?,
    }
    world.watch().added(credential);
    Ok(())
}

/// Changes something else, and keeps the server busy meanwhile: the access string of the user or the user group of the cache, which
/// stays the same, or a snapshot of the group.
async fn touch(world: &World) -> Result<(), GivenUp> {
    let client = world.person().elasticache();
    match world.plan.estate.set_up {
        SetUp::ServerlessUser if chance::rng().random() => {
            client.modify_serverless_cache().serverless_cache_name(NAME).user_group_id(USER_GROUP).send().await?;
        }
        set_up if set_up.has_users() => {
            client.modify_user().user_id(USER).access_string("on ~* &* +@all -@dangerous").send().await?;
        }
        _ => world.aws.elasticache.busy(NAME, "snapshotting", BUSY).map_err(|_| GivenUp)?,
    }
    Ok(())
}

/// Has a shard of the group fail over.
async fn test_failover(world: &World) -> Result<(), GivenUp> {
    let test = world.person().elasticache().test_failover().replication_group_id(NAME).node_group_id(shard(world));
    test.send().await?;
    Ok(())
}

/// Adds a replica to a shard of the group.
async fn increase_replica_count(world: &World) -> Result<(), GivenUp> {
    let shard = shard(world);
    let configuration = with_replicas(&shard, replicas(world, &shard) + 1)?;
    let increase = world.person().elasticache().increase_replica_count().replication_group_id(NAME);
    increase.replica_configuration(configuration).apply_immediately(true).send().await?;
    Ok(())
}

/// Removes a replica of a shard of the group.
async fn decrease_replica_count(world: &World) -> Result<(), GivenUp> {
    let shard = shard(world);
    let configuration = with_replicas(&shard, replicas(world, &shard).checked_sub(1).ok_or(GivenUp)?)?;
    let decrease = world.person().elasticache().decrease_replica_count().replication_group_id(NAME);
    decrease.replica_configuration(configuration).apply_immediately(true).send().await?;
    Ok(())
}

/// The id of a shard of the group.
fn shard(world: &World) -> String {
    let shards = if world.plan.estate.set_up == SetUp::ClusterAuthToken { SHARDS } else { 1 };
    format!("{:04}", chance::rng().random_range(1..=shards))
}

/// How many replicas a shard has.
fn replicas(world: &World, shard: &str) -> usize {
    let nodes = world.aws.elasticache.nodes(NAME).into_iter();
    nodes.filter(|node| node.node_group == shard && node.role == Role::Replica).count()
}

fn with_replicas(shard: &str, count: usize) -> Result<ConfigureShard, GivenUp> {
    let shard = ConfigureShard::builder().node_group_id(shard).new_replica_count(i32::try_from(count)?);
    Ok(shard.build())
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
