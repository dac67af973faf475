//! How a snapshot gets its data.

use std::{mem, sync::Arc};

use bytes::Bytes;
use futures::future::try_join_all;
use tokio::time::sleep;

use super::{Snapshot, part::Data};
use crate::{
    clock,
    redis::Node,
    services::{
        elasticache::{
            ElastiCache, State,
            events::{Event, Source},
        },
        sns::Notice,
    },
    wire::AwsError,
};

impl ElastiCache {
    /// Takes a snapshot in the background. Its group is `snapshotting` meanwhile.
    pub(super) fn begin_snapshot(this: &Arc<Self>, state: &mut State, snapshot: Snapshot) -> Result<(), AwsError> {
        let group = snapshot.origin.group.clone();
        let work = state.begin(&group, "snapshotting")?;
        let name = state.show_snapshot(snapshot);
        let this = this.clone();
        tokio::spawn(async move {
            this.take_snapshot(&name).await;
            this.finish(&group, work, |_| ());
        });
        Ok(())
    }

    /// Takes the data of a snapshot that is being created.
    pub(in super::super) async fn take_snapshot(&self, name: &str) {
        let taken = clock::now();
        let (sources, least) = {
            let mut state = self.state();
            let least = state.timing.snapshot;
            let Ok(snapshot) = state.snapshot_mut(name) else { return };
            let sources = snapshot.parts.iter_mut().map(|part| mem::take(&mut part.nodes));
            (sources.collect::<Vec<_>>(), least)
        };
        let (dumps, ()) = tokio::join!(try_join_all(sources.iter().map(|nodes| dump(nodes))), sleep(least));
        let mut state = self.state();
        let Ok(snapshot) = state.snapshot_mut(name) else { return };
        let (event, result) = match dumps {
            Ok(dumps) => {
                let parts = snapshot.parts.iter_mut().zip(dumps);
                parts.for_each(|(part, rdb)| part.data = Some(Data { taken, rdb }));
                snapshot.turn("available");
                ("ElastiCache:SnapshotComplete", "succeeded")
            }
            Err(_) => {
                snapshot.turn("failed");
                ("ElastiCache:SnapshotFailed", "failed")
            }
        };
        let group = snapshot.origin.group.clone();
        let nodes: Vec<_> = snapshot.parts.iter().map(|part| part.cluster.clone()).collect();
        for node in &nodes {
            let message = format!("Snapshot {result} for snapshot with ID '{name}' of cluster with ID '{node}'");
            state.events.push(Event::now(Source::Node, node, message));
        }
        drop(state);
        nodes.iter().for_each(|node| self.topic.notify(&Notice { event, group: &group, node }));
    }
}

impl State {
    /// Makes a new snapshot visible, and returns its name.
    pub(in super::super) fn show_snapshot(&mut self, mut snapshot: Snapshot) -> String {
        let name = snapshot.name.clone();
        snapshot.turn("creating");
        self.snapshots.insert(name.clone(), snapshot);
        name
    }
}

/// The RDB of the first of these nodes that answers.
async fn dump(nodes: &[Arc<Node>]) -> anyhow::Result<Bytes> {
    let mut failed = anyhow::anyhow!("the shard has no node");
    for node in nodes {
        match node.dump().await {
            Ok(rdb) => return Ok(rdb),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}
