//! `ExportServerlessCacheSnapshot`.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::render;
use crate::{
    services::elasticache::{ElastiCache, exports},
    wire::{Answer, AwsError, Call},
};

/// The id in the name of the file. AWS documents it for groups only.
const SHARD: &str = "0001";

/// The parameters. A caller does not choose the key.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ExportServerlessCacheSnapshot.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_snapshot_name: String,
    #[serde(rename = "S3BucketName")]
    bucket: String,
}

impl ElastiCache {
    /// `ExportServerlessCacheSnapshot`: answers at once. The snapshot is `exporting` until the file is in the bucket.
    pub(in crate::services::elasticache) fn export_cache_snapshot(
        this: &Arc<Self>,
        call: &Call,
    ) -> Result<Answer, AwsError> {
        let Input { serverless_cache_snapshot_name, bucket } = call.input()?;
        let mut state = this.state();
        let snapshot = state.cache_snapshot_mut(&serverless_cache_snapshot_name)?;
        snapshot.must_be_available()?;
        let rdb = snapshot.rdb.clone().into_iter();
        let files: Vec<_> = rdb.map(|rdb| (exports::key(&snapshot.name, SHARD), rdb)).collect();
        this.check_export(&bucket, &files)?;
        snapshot.turn("exporting");
        let name = snapshot.name.clone();
        let answer = Answer::xml(vec![render::snapshot(snapshot)]);
        let least = state.timing.snapshot;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            sleep(least).await;
            this.export(&bucket, files);
            if let Ok(snapshot) = this.state().cache_snapshot_mut(&name) {
                snapshot.turn("available");
            }
        });
        Ok(answer)
    }
}
