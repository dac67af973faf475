//! `DescribeUserGroups`.

use serde::Deserialize;

use super::render;
use crate::{
    services::elasticache::{ElastiCache, page::page, text},
    wire::{Answer, AwsError, Call, Element},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeUserGroups.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    user_group_id: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_records: Option<usize>,
    marker: Option<String>,
}

impl ElastiCache {
    /// `DescribeUserGroups`.
    pub(in super::super) fn describe_user_groups(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let state = self.state();
        let found = match &input.user_group_id {
            Some(id) => vec![state.user_group(id)?],
            None => state.user_groups.values().collect(),
        };
        let (found, marker) = page(found, input.max_records, input.marker.as_deref())?;
        let groups = found.into_iter().map(|group| {
            let view = group.seen(state.timing.stale, state.lies);
            Element::parent("member", render::user_group(&state, group, &view))
        });
        let mut answer = vec![Element::parent("UserGroups", groups)];
        answer.extend(marker);
        Ok(Answer::xml(answer))
    }
}
