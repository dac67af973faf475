//! Keys for every shard, and values in them before the load begins.

use std::time::Duration;

use anyhow::Context;
use redis::cmd;
use tokio::time::{Instant, sleep};

use super::{
    client::{Client, Seat},
    job::Job,
    login::login,
    topology::{Address, Shard, Topology},
};

/// How long the seeds may take to reach every node.
const SPREAD_WITHIN: Duration = Duration::from_secs(20);

/// Finds a key with this name, or a number behind it, that belongs to the shard. The node says which slot a key has.
pub(crate) async fn key_for(client: &Client, shard: &Shard, name: &str) -> anyhow::Result<String> {
    if shard.slots == [0..=16383] {
        return Ok(name.to_owned());
    }
    let node = shard.nodes.first().context("a shard has no node")?;
    let login = login(node, &client.authority, &client.token).await;
    let mut link = login.map_err(|trouble| anyhow::anyhow!("{node}: {}", trouble.reason()))?;
    // A shard with a hundredth of the slots is missed by a thousand keys once in 20 000 times.
    for number in 0..1000 {
        let key = format!("{name}:{number}");
        let slot: u16 = cmd("CLUSTER").arg("KEYSLOT").arg(&key).query_async(&mut link).await?;
        if shard.slots.iter().any(|range| range.contains(&slot)) {
            return Ok(key);
        }
    }
    anyhow::bail!("no key found for the slots {:?}", shard.slots)
}

/// Where the shard takes writes, and the node to try first.
pub(crate) fn writers_seat(topology: &Topology, shard: &Shard) -> anyhow::Result<(Seat, Address)> {
    match &topology.primary {
        Some(primary) => Ok((Seat::PrimaryEndpoint, primary.clone())),
        None => {
            let first = shard.nodes.first().context("a shard has no node")?.clone();
            Ok((Seat::ShardPrimary { nodes: shard.nodes.clone() }, first))
        }
    }
}

/// Writes the value, and waits until every node of the shard answers it.
pub(crate) async fn plant(
    client: &mut Client,
    topology: &Topology,
    shard: &Shard,
    (key, value): (String, String),
) -> anyhow::Result<()> {
    let give_up = Instant::now() + SPREAD_WITHIN;
    let failed = |at: &Address, reason: String| anyhow::anyhow!("seeding {at}: {reason}");
    (client.seat, client.at) = writers_seat(topology, shard)?;
    client.connection = None;
    let write = Job::Write { key: key.clone(), value: value.clone() };
    client.ask(&write).await.map_err(|trouble| failed(&client.at, trouble.reason()))?;
    let read = Job::Read { key, value };
    for node in &shard.nodes {
        client.seat = Seat::Node { cluster: topology.is_cluster() };
        client.at = node.clone();
        client.connection = None;
        while let Err(trouble) = client.ask(&read).await {
            anyhow::ensure!(Instant::now() < give_up, failed(node, trouble.reason()));
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}
