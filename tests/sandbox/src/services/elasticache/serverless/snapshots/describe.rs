//! `DescribeServerlessCacheSnapshots`: the state of a moment ago, as on AWS.

use serde::Deserialize;

use super::{Kind, Snapshot, render};
use crate::{
    services::elasticache::{ElastiCache, page::page_by_name, serverless::invalid, text},
    wire::{Answer, AwsError, Call, Element},
};

/// The most snapshots of one answer, and how many there are where a caller does not say.
const MAX_RESULTS: usize = 50;

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeServerlessCacheSnapshots.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_name: Option<String>,
    serverless_cache_snapshot_name: Option<String>,
    snapshot_type: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl ElastiCache {
    /// `DescribeServerlessCacheSnapshots`. Those of caches that are gone are found too.
    pub(in crate::services::elasticache) fn describe_cache_snapshots(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let size = input.max_results.unwrap_or(MAX_RESULTS);
        if !(1..=MAX_RESULTS).contains(&size) {
            return Err(invalid(format!("MaxResults is 1 to {MAX_RESULTS}.")));
        }
        let kind = match input.snapshot_type.as_deref() {
            None => None,
            Some("manual") => Some(Kind::Manual),
            Some("automated") => Some(Kind::Automated),
            Some(_) => return Err(invalid("SnapshotType is not one of manual, automated.")),
        };
        let cache = input.serverless_cache_name.map(|name| name.to_ascii_lowercase());
        let state = self.state();
        let of = |snapshot: &Snapshot| cache.as_ref().is_none_or(|cache| snapshot.cache == *cache);
        if let Some(cache) = &cache
            && !state.cache_snapshots.values().any(of)
        {
            state.cache(cache)?;
        }
        let name = input.serverless_cache_snapshot_name;
        let name = name.map(|name| Ok(state.cache_snapshot(&name)?.name.clone())).transpose()?;
        let wanted = |snapshot: &&Snapshot| {
            of(snapshot)
                && name.as_ref().is_none_or(|name| snapshot.name == *name)
                && kind.is_none_or(|kind| snapshot.kind == kind)
        };
        let found = state.cache_snapshots.values().filter(wanted);
        let (found, next) = page_by_name(found, |snapshot| &snapshot.name, size, input.next_token.as_deref())
            .ok_or_else(|| invalid("NextToken is not one that this operation gave."))?;
        let render = |snapshot: &Snapshot| render::listed(snapshot, &snapshot.seen(state.timing.stale));
        let mut answer = vec![Element::parent("ServerlessCacheSnapshots", found.into_iter().map(render))];
        answer.extend(next.map(|token| Element::text("NextToken", token)));
        Ok(Answer::xml(answer))
    }
}
