//! `CopySnapshot` to a bucket.

use std::sync::Arc;

use tokio::time::sleep;

use super::{Snapshot, legal_name, render};
use crate::{
    services::elasticache::{ElastiCache, exports},
    wire::{Answer, AwsError},
};

impl ElastiCache {
    /// Exports a snapshot: answers at once. The snapshot is `copying` until the files are in the bucket.
    pub(super) fn export_snapshot(
        this: &Arc<Self>,
        source: &str,
        target: &str,
        bucket: String,
    ) -> Result<Answer, AwsError> {
        let mut state = this.state();
        let snapshot = state.snapshot_mut(source)?;
        let target = legal_name("TargetSnapshotName", target)?;
        snapshot.must_be_available()?;
        let file = |part: &super::Part| Some((exports::key(&target, &part.shard), part.data.as_ref()?.rdb.clone()));
        let files: Vec<_> = snapshot.parts.iter().filter_map(file).collect();
        this.check_export(&bucket, &files)?;
        snapshot.turn("copying");
        let name = snapshot.name.clone();
        let exported = Snapshot { name: target, ..snapshot.clone() };
        let answer = Answer::xml(vec![render::snapshot(&exported, &exported.view())]);
        let least = state.timing.snapshot;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            sleep(least).await;
            this.export(&bucket, files);
            if let Ok(snapshot) = this.state().snapshot_mut(&name) {
                snapshot.turn("available");
            }
        });
        Ok(answer)
    }
}
