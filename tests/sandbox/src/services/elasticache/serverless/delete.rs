//! `DeleteServerlessCache`.

use std::sync::Arc;

use serde::Deserialize;

use super::render;
use crate::{
    services::elasticache::{
        ElastiCache,
        events::{Event, Source},
    },
    wire::{Answer, AwsError, Call},
};

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteServerlessCache.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_name: String,
    final_snapshot_name: Option<String>,
}

impl ElastiCache {
    /// `DeleteServerlessCache`: `deleting` until every process is gone, then not found. The automated snapshots go with the cache.
    pub(in super::super) fn delete_cache(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let cache = state.cache_mut(&input.serverless_cache_name)?;
        if cache.status != "create-failed" {
            cache.must_be_available()?;
        }
        let name = cache.name.clone();
        let last = input.final_snapshot_name;
        let last = last.map(|snapshot| state.begin_final_snapshot(&name, &snapshot)).transpose()?;
        let cache = state.cache_mut(&name)?;
        cache.status = "deleting";
        cache.views.show_at_once(cache.view());
        let answer = Answer::xml(vec![render::cache(cache, &cache.view())]);
        let members: Vec<_> = cache.shard.members.iter().map(|member| member.address).collect();
        let endpoints: Vec<_> = cache.shard.endpoints().cloned().collect();
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            if let Some(snapshot) = last {
                this.take_cache_snapshot(&snapshot).await;
            }
            this.clear(members, endpoints).await;
            let mut state = this.state();
            state.caches.remove(&name);
            state.forget_automated_cache_snapshots(&name);
            state.events.push(Event::now(Source::Cache, &name, "Serverless cache deleted"));
        });
        Ok(answer)
    }
}
