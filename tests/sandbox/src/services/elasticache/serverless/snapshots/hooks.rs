//! What tests see of snapshots of serverless caches and do about them without a call over the wire.

use std::sync::Arc;

use bytes::Bytes;

use super::{Kind, Snapshot};
use crate::{
    clock,
    redis::empty_rdb,
    services::elasticache::{ElastiCache, PastSnapshot, snapshots::automatic_name},
};

impl ElastiCache {
    /// Adds a snapshot of a serverless cache from before the test. It is empty, and it counts for no quota.
    ///
    /// # Errors
    /// There is no such cache.
    ///
    /// # Repeating
    /// Replaces the snapshot.
    pub fn put_serverless_snapshot(&self, past: PastSnapshot) -> anyhow::Result<()> {
        let mut state = self.state();
        let kind = past.kind();
        let PastSnapshot { of, name, taken, status, tags, automated: _ } = past;
        let snapshot = Snapshot::of(state.cache(&of)?, name.clone(), kind, taken);
        let mut snapshot = Snapshot { tags, rdb: Some(empty_rdb()), ..snapshot };
        snapshot.turn(&status);
        state.cache_snapshots.insert(name, snapshot);
        Ok(())
    }

    /// Begins AWS's own daily snapshot of a serverless cache, and returns its name. The cache refuses changes meanwhile.
    ///
    /// # Errors
    /// There is no such cache, or it is not available.
    pub fn take_automated_serverless_snapshot(self: &Arc<Self>, cache: &str) -> anyhow::Result<String> {
        let mut state = self.state();
        let cache = state.cache(cache)?;
        cache.must_be_available()?;
        let name = automatic_name(&cache.name);
        let snapshot = Snapshot::of(cache, name.clone(), Kind::Automated, clock::now());
        Self::begin_cache_snapshot(self, &mut state, snapshot)?;
        Ok(name)
    }

    /// The RDB file in a snapshot of a serverless cache; `None` if there is no such snapshot, or if its data is not taken yet.
    pub fn serverless_snapshot_rdb(&self, name: &str) -> Option<Bytes> {
        self.state().cache_snapshot(name).ok()?.rdb.clone()
    }
}
