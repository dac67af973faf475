//! `CopySnapshot`: to another snapshot, or to a bucket.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::{History, Kind, Snapshot, render};
use crate::{
    services::elasticache::{
        ElastiCache,
        tags::{Tag, read_tags},
        text,
    },
    wire::{Answer, AwsError, Call},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CopySnapshot.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    source_snapshot_name: String,
    target_snapshot_name: String,
    target_bucket: Option<String>,
    kms_key_id: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

impl ElastiCache {
    /// `CopySnapshot`: answers at once. The original is `copying` until the copy is `available`; the copy of an automated
    /// snapshot is a manual one.
    pub(in super::super) fn copy_snapshot(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        if let Some(bucket) = input.target_bucket.filter(|bucket| !bucket.is_empty()) {
            return Self::export_snapshot(this, &input.source_snapshot_name, &input.target_snapshot_name, bucket);
        }
        let tags = read_tags(input.tags)?;
        let mut state = this.state();
        let original = state.snapshot(&input.source_snapshot_name)?;
        let name = state.new_snapshot_name(&input.target_snapshot_name)?;
        original.must_be_available()?;
        let copy = Snapshot {
            name,
            kind: Kind::Manual,
            key: input.kms_key_id.or_else(|| original.key.clone()),
            tags,
            status: "creating".to_owned(),
            views: History::default(),
            ..original.clone()
        };
        let answer = Answer::xml(vec![render::snapshot(&copy, &copy.view())]);
        let copy = state.show_snapshot(copy);
        let original = state.snapshot_mut(&input.source_snapshot_name)?;
        original.turn("copying");
        let original = original.name.clone();
        let least = state.timing.snapshot;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            sleep(least).await;
            let mut state = this.state();
            for name in [copy, original] {
                // The original may have gone with its group.
                if let Ok(snapshot) = state.snapshot_mut(&name) {
                    snapshot.turn("available");
                }
            }
        });
        Ok(answer)
    }
}
