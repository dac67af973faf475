//! `CreateServerlessCacheSnapshot`.

use std::sync::Arc;

use serde::Deserialize;

use super::{Kind, Snapshot, render};
use crate::{
    clock,
    services::elasticache::{
        ElastiCache, State,
        tags::{Tag, read_tags},
        text,
    },
    wire::{Answer, AwsError, Call},
};

/// How many manual snapshots of a cache there may be in 24 hours.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html#backups-constraints>
const MOST: usize = 24;

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateServerlessCacheSnapshot.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_snapshot_name: String,
    serverless_cache_name: String,
    kms_key_id: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

impl ElastiCache {
    /// `CreateServerlessCacheSnapshot`: answers at once.
    pub(in crate::services::elasticache) fn create_cache_snapshot(
        this: &Arc<Self>,
        call: &Call,
    ) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let tags = read_tags(input.tags)?;
        let now = clock::now();
        let mut state = this.state();
        let cache = state.cache(&input.serverless_cache_name)?;
        let name = state.new_cache_snapshot_name(&input.serverless_cache_snapshot_name)?;
        cache.must_be_available()?;
        let snapshot = Snapshot { key: input.kms_key_id, tags, ..Snapshot::of(cache, name, Kind::Manual, now) };
        if !state.cache_snapshot_quota.count(&snapshot.cache, MOST, now) {
            let message = format!("A serverless cache has at most {MOST} manual snapshots in 24 hours.");
            return Err(AwsError::new("ServerlessCacheSnapshotQuotaExceededFault", message));
        }
        let answer = Answer::xml(vec![render::snapshot(&snapshot)]);
        Self::begin_cache_snapshot(this, &mut state, snapshot)?;
        Ok(answer)
    }
}

impl State {
    /// Begins the last snapshot of a cache that is being deleted, and returns its name.
    pub(in super::super) fn begin_final_snapshot(&mut self, cache: &str, name: &str) -> Result<String, AwsError> {
        let name = self.new_cache_snapshot_name(name)?;
        let snapshot = Snapshot::of(self.cache(cache)?, name, Kind::Manual, clock::now());
        Ok(self.show_cache_snapshot(snapshot))
    }
}
