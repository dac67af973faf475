//! `DescribeServerlessCaches`: the state of a moment ago, as on AWS.

use serde::Deserialize;

use super::{invalid, render};
use crate::{
    services::{
        elasticache::{ElastiCache, text},
        page::page,
    },
    wire::{Answer, AwsError, Call, Element},
};

/// Most caches of one answer, and how many there are where a caller does not say.
const MAX_RESULTS: usize = 50;

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeServerlessCaches.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_name: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl ElastiCache {
    /// `DescribeServerlessCaches`.
    pub(in super::super) fn describe_caches(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let size = input.max_results.unwrap_or(MAX_RESULTS);
        if !(1..=MAX_RESULTS).contains(&size) {
            return Err(invalid(format!("MaxResults is 1 to {MAX_RESULTS}.")));
        }
        let state = self.state();
        let found = match &input.serverless_cache_name {
            Some(name) => vec![state.cache(name)?],
            None => state.caches.values().collect(),
        };
        let (found, next) = page(found, size, input.next_token.as_deref())
            .ok_or_else(|| invalid("NextToken is not one that this operation gave."))?;
        let render = |cache: &super::Cache| {
            Element::parent("member", render::members(cache, &cache.seen(state.timing.stale, state.lies)))
        };
        let mut answer = vec![Element::parent("ServerlessCaches", found.into_iter().map(render))];
        answer.extend(next.map(|token| Element::text("NextToken", token)));
        Ok(Answer::xml(answer))
    }
}
