//! How a snapshot of a serverless cache gets its data.

use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use tokio::time::sleep;

use super::{Snapshot, event};
use crate::{
    redis::Node,
    services::elasticache::{ElastiCache, State, events::Event},
    wire::AwsError,
};

impl ElastiCache {
    /// Takes a snapshot in the background. Its cache refuses changes meanwhile.
    pub(super) fn begin_cache_snapshot(
        this: &Arc<Self>,
        state: &mut State,
        snapshot: Snapshot,
    ) -> Result<(), AwsError> {
        let cache = snapshot.cache.clone();
        state.cache_mut(&cache)?.snapshotting = true;
        let name = state.show_cache_snapshot(snapshot);
        let this = this.clone();
        tokio::spawn(async move {
            this.take_cache_snapshot(&name).await;
            if let Ok(cache) = this.state().cache_mut(&cache) {
                cache.snapshotting = false;
            }
        });
        Ok(())
    }

    /// Takes the data of a snapshot that is being created.
    pub(in super::super) async fn take_cache_snapshot(&self, name: &str) {
        let (node, least) = {
            let state = self.state();
            let Ok(snapshot) = state.cache_snapshot(name) else { return };
            let shard = state.cache(&snapshot.cache).ok().map(|cache| &cache.shard);
            let primary = shard.and_then(|shard| shard.members.get(shard.primary));
            (primary.and_then(|member| member.node.clone()), state.timing.snapshot)
        };
        let (dump, ()) = tokio::join!(dump(node), sleep(least));
        let mut state = self.state();
        let Ok(snapshot) = state.cache_snapshot_mut(name) else { return };
        let event = match dump {
            Ok(rdb) => {
                snapshot.rdb = Some(rdb);
                snapshot.turn("available");
                event::created(snapshot)
            }
            Err(_) => {
                snapshot.turn("failed");
                event::failed(snapshot)
            }
        };
        let message = event.detail["Message"].as_str().unwrap_or_default();
        state.events.push(Event::now(event::SOURCE, name, message));
        drop(state);
        self.topic.publish(event);
    }
}

async fn dump(node: Option<Arc<Node>>) -> anyhow::Result<Bytes> {
    node.context("the cache has no node")?.dump().await
}
