//! New groups with the data of a snapshot.

use bytes::Bytes;

use super::{invalid, not_found};
use crate::{
    services::elasticache::{State, group::Group},
    wire::AwsError,
};

/// The data for a new group.
#[derive(Debug)]
pub(in super::super) struct Restore {
    snapshot: String,
    rdb: Bytes,
}

impl State {
    /// The data of a snapshot for a new group. The model of `CreateReplicationGroup` has no error for snapshots.
    pub(in super::super) fn data_for(&self, group: &Group, snapshot: &str) -> Result<Restore, AwsError> {
        let snapshot = self.snapshot(snapshot).map_err(|_| invalid(not_found(snapshot).message))?;
        snapshot.must_be_available().map_err(|busy| invalid(busy.message))?;
        let data: Vec<_> = snapshot.parts.iter().filter_map(|part| part.data.as_ref()).collect();
        match data.as_slice() {
            [data] if !group.settings.cluster => Ok(Restore { snapshot: snapshot.name.clone(), rdb: data.rdb.clone() }),
            // A server in cluster mode takes every slot that its file has keys of, before it knows the others.
            _ => Err(invalid("the sandbox restores snapshots of one shard, and into groups without cluster mode only")),
        }
    }

    /// Keeps the snapshot busy until the group is there, and gives the primary of the group its data to start with.
    pub(in super::super) fn begin_restore(
        &mut self,
        group: &str,
        Restore { snapshot, rdb }: Restore,
    ) -> Result<(), AwsError> {
        self.snapshot_mut(&snapshot)?.turn("restoring");
        self.group_mut(group)?.restore = Some((snapshot, rdb));
        Ok(())
    }

    /// Releases the snapshot that a group was restored from.
    pub(in super::super) fn end_restore(&mut self, group: &str) {
        let Ok(group) = self.group_mut(group) else { return };
        let Some((snapshot, _)) = group.restore.take() else { return };
        if let Ok(snapshot) = self.snapshot_mut(&snapshot) {
            snapshot.turn("available");
        }
    }
}
