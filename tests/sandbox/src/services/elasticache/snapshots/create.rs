//! `CreateSnapshot`.

use std::sync::Arc;

use serde::Deserialize;

use super::{Kind, Snapshot, render};
use crate::{
    clock,
    services::elasticache::{
        ElastiCache, State,
        describe::no_cluster,
        group::Group,
        tags::{Tag, read_tags},
        text,
    },
    wire::{Answer, AwsError, Call},
};

/// How many manual snapshots of a node there may be in 24 hours.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html#backups-constraints>
const MOST: usize = 20;

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateSnapshot.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    replication_group_id: Option<String>,
    cache_cluster_id: Option<String>,
    snapshot_name: String,
    kms_key_id: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

impl ElastiCache {
    /// `CreateSnapshot`: answers at once. The group is `snapshotting` until the snapshot is `available`.
    pub(in super::super) fn create_snapshot(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let tags = read_tags(input.tags)?;
        let mut state = this.state();
        let mut snapshot = match (&input.replication_group_id, &input.cache_cluster_id) {
            (Some(group), None) => state.snapshot_of_group(group, &input.snapshot_name)?,
            (None, Some(node)) => state.snapshot_of_node(node, &input.snapshot_name)?,
            _ => return Err(clash("Exactly one of ReplicationGroupId and CacheClusterId must be specified.")),
        };
        snapshot.key = input.kms_key_id;
        snapshot.tags = tags;
        state.count_snapshot(&snapshot)?;
        let answer = Answer::xml(vec![render::snapshot(&snapshot, &snapshot.view())]);
        Self::begin_snapshot(this, &mut state, snapshot)?;
        Ok(answer)
    }
}

impl State {
    /// A snapshot to be taken of a whole group.
    pub(in super::super) fn snapshot_of_group(&self, id: &str, name: &str) -> Result<Snapshot, AwsError> {
        let group = self.group(id)?;
        let name = self.new_snapshot_name(name)?;
        group.must_be_available()?;
        must_be_supported(group)?;
        Ok(Snapshot::of_group(name, Kind::Manual, group))
    }

    /// A snapshot to be taken of one node. Those of a group in cluster mode are not for themselves.
    fn snapshot_of_node(&self, id: &str, name: &str) -> Result<Snapshot, AwsError> {
        let id = id.to_ascii_lowercase();
        let mut groups = self.groups.values();
        let group =
            groups.find(|group| group.members().any(|(_, member)| member.id == id)).ok_or_else(|| no_cluster(&id))?;
        if group.settings.cluster {
            return Err(clash(format!("{id} is in a group in cluster mode: specify its ReplicationGroupId.")));
        }
        let name = self.new_snapshot_name(name)?;
        group.must_be_available().map_err(|busy| AwsError::new("InvalidCacheClusterState", busy.message))?;
        must_be_supported(group)?;
        Ok(Snapshot::of_node(name, group, &id))
    }

    /// Counts a snapshot for each node that it is taken of.
    fn count_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), AwsError> {
        let now = clock::now();
        let left = snapshot.parts.iter().all(|part| self.snapshot_quota.count(&part.cluster, MOST, now));
        let message = format!("A node has at most {MOST} manual snapshots in 24 hours.");
        left.then_some(()).ok_or_else(|| AwsError::new("SnapshotQuotaExceededFault", message))
    }
}

/// Refuses node types that cannot take snapshots.
fn must_be_supported(group: &Group) -> Result<(), AwsError> {
    match group.settings.node_type.as_str() {
        "cache.t1.micro" => {
            let message = "Snapshots are not supported for the node type cache.t1.micro.";
            Err(AwsError::new("SnapshotFeatureNotSupportedFault", message))
        }
        _ => Ok(()),
    }
}

fn clash(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterCombination", message)
}
