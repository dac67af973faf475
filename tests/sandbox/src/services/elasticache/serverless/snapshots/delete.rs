//! `DeleteServerlessCacheSnapshot`.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::render;
use crate::{
    services::elasticache::ElastiCache,
    wire::{Answer, AwsError, Call},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteServerlessCacheSnapshot.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_snapshot_name: String,
}

impl ElastiCache {
    /// `DeleteServerlessCacheSnapshot`: `deleting` at once and for a while, then not found.
    pub(in crate::services::elasticache) fn delete_cache_snapshot(
        this: &Arc<Self>,
        call: &Call,
    ) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let snapshot = state.cache_snapshot_mut(&input.serverless_cache_snapshot_name)?;
        if snapshot.status != "failed" {
            snapshot.must_be_available()?;
        }
        "deleting".clone_into(&mut snapshot.status);
        snapshot.views.show_at_once(snapshot.status.clone());
        let answer = Answer::xml(vec![render::snapshot(snapshot)]);
        let name = snapshot.name.clone();
        let least = state.timing.snapshot;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            sleep(least).await;
            this.state().cache_snapshots.remove(&name);
        });
        Ok(answer)
    }
}
