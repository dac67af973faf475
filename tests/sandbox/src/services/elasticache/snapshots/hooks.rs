//! What tests see of snapshots and do about them without a call over the wire.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;

use super::{Kind, Snapshot, part::Data};
use crate::{clock, redis::empty_rdb, services::elasticache::ElastiCache};

/// A snapshot of a group or of a serverless cache from before the test.
#[derive(Clone, Debug)]
pub struct PastSnapshot {
    /// The group or the serverless cache.
    pub of: String,
    /// Its name, legal or not.
    pub name: String,
    /// When its data was taken.
    pub taken: Timestamp,
    /// The status that it has for good: `available`, `failed`, `restoring`.
    pub status: String,
    /// Whether AWS took it by itself.
    pub automated: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl PastSnapshot {
    /// A manual snapshot without tags, which is available.
    pub fn new(of: &str, name: &str, taken: Timestamp) -> Self {
        Self {
            of: of.to_owned(),
            name: name.to_owned(),
            taken,
            status: "available".to_owned(),
            automated: false,
            tags: BTreeMap::new(),
        }
    }

    /// The kind that it is of.
    pub(in super::super) fn kind(&self) -> Kind {
        if self.automated { Kind::Automated } else { Kind::Manual }
    }
}

impl ElastiCache {
    /// Adds a snapshot of a group from before the test. Its shards are empty, and it counts for no quota.
    ///
    /// # Errors
    /// There is no such group.
    ///
    /// # Repeating
    /// Replaces the snapshot.
    pub fn put_snapshot(&self, past: PastSnapshot) -> anyhow::Result<()> {
        let mut state = self.state();
        let kind = past.kind();
        let PastSnapshot { of, name, taken, status, tags, automated: _ } = past;
        let mut snapshot = Snapshot { tags, ..Snapshot::of_group(name.clone(), kind, state.group(&of)?) };
        for part in &mut snapshot.parts {
            part.nodes.clear();
            part.data = Some(Data { taken, rdb: empty_rdb() });
        }
        snapshot.turn(&status);
        state.snapshots.insert(name, snapshot);
        Ok(())
    }

    /// Begins AWS's own daily snapshot of a group, and returns its name. The group is `snapshotting` meanwhile.
    ///
    /// # Errors
    /// There is no such group, or it is not available.
    pub fn take_automated_snapshot(self: &Arc<Self>, group: &str) -> anyhow::Result<String> {
        let mut state = self.state();
        let group = state.group(group)?;
        group.must_be_available()?;
        let name = automatic_name(&group.id);
        let snapshot = Snapshot::of_group(name.clone(), Kind::Automated, group);
        Self::begin_snapshot(self, &mut state, snapshot)?;
        Ok(name)
    }

    /// The RDB files in a snapshot, shard by shard; empty if there is no such snapshot, or if its data is not taken yet.
    pub fn snapshot_rdbs(&self, name: &str) -> Vec<Bytes> {
        let state = self.state();
        let Ok(snapshot) = state.snapshot(name) else { return Vec::new() };
        snapshot.parts.iter().filter_map(|part| Some(part.data.as_ref()?.rdb.clone())).collect()
    }
}

/// The name of a snapshot that AWS takes now.
pub(in super::super) fn automatic_name(of: &str) -> String {
    format!("automatic.{of}-{}", clock::now().strftime("%Y-%m-%d-%H-%M"))
}
