//! Finds a key for every shard and writes its value before the load starts.

use std::time::Duration;

use anyhow::Context;
use redis::cmd;
use tokio::time::{Instant, sleep};

use super::{
    client::{Client, Destination},
    login::login,
    request::Request,
    topology::{Address, Shard, Topology},
};

/// How long a value may take to reach every node.
const SPREAD_WITHIN: Duration = Duration::from_secs(20);

/// Finds a key of this shard: the name, or the name and a number. The node computes the slot of each key.
pub(crate) async fn key_for(client: &Client, shard: &Shard, name: &str) -> anyhow::Result<String> {
    if shard.slots == [0..=16383] {
        return Ok(name.to_owned());
    }
    let node = shard.nodes.first().context("a shard has no node")?;
    let login = login(node, &client.authority, &client.token).await;
    let mut link = login.map_err(|error| anyhow::anyhow!("{node}: {}", error.reason()))?;
    // For a shard with a hundredth of the slots, a thousand keys all miss it once in 20 000 times.
    for number in 0..1000 {
        let key = format!("{name}:{number}");
        let slot: u16 = cmd("CLUSTER").arg("KEYSLOT").arg(&key).query_async(&mut link).await?;
        if shard.slots.iter().any(|range| range.contains(&slot)) {
            return Ok(key);
        }
    }
    anyhow::bail!("no key found for the slots {:?}", shard.slots)
}

/// Returns where the shard accepts writes, and the node to try first.
pub(crate) fn write_destination(topology: &Topology, shard: &Shard) -> anyhow::Result<(Destination, Address)> {
    match &topology.primary {
        Some(primary) => Ok((Destination::PrimaryEndpoint, primary.clone())),
        None => {
            let first = shard.nodes.first().context("a shard has no node")?.clone();
            Ok((Destination::ShardPrimary { nodes: shard.nodes.clone() }, first))
        }
    }
}

/// Writes a value and waits until every node of the shard returns it.
pub(crate) async fn write(
    client: &mut Client,
    topology: &Topology,
    shard: &Shard,
    (key, value): (String, String),
) -> anyhow::Result<()> {
    let give_up = Instant::now() + SPREAD_WITHIN;
    let failed = |at: &Address, reason: String| anyhow::anyhow!("seeding {at}: {reason}");
    (client.destination, client.at) = write_destination(topology, shard)?;
    client.connection = None;
    let write = Request::Write { key: key.clone(), value: value.clone() };
    client.ask(&write).await.map_err(|error| failed(&client.at, error.reason()))?;
    let read = Request::Read { key, value };
    for node in &shard.nodes {
        client.destination = Destination::Node { cluster: topology.is_cluster() };
        client.at = node.clone();
        client.connection = None;
        while let Err(error) = client.ask(&read).await {
            anyhow::ensure!(Instant::now() < give_up, failed(node, error.reason()));
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}
