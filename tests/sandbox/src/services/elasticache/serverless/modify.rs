//! `ModifyServerlessCache`: the user group.

use std::sync::Arc;

use serde::Deserialize;
use tokio::time::sleep;

use super::{invalid, render};
use crate::{
    services::elasticache::{
        ElastiCache,
        events::{Event, Source},
    },
    wire::{Answer, AwsError, Call},
};

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyServerlessCache.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    serverless_cache_name: String,
    user_group_id: Option<String>,
}

impl ElastiCache {
    /// `ModifyServerlessCache`: answers at once; the users reach the nodes later, one node after the other.
    pub(in super::super) fn modify_cache(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let user_group = input.user_group_id.ok_or_else(|| invalid("the sandbox modifies the UserGroupId only"))?;
        let user_group = user_group.to_ascii_lowercase();
        let mut state = this.state();
        let cache = state.cache(&input.serverless_cache_name)?;
        cache.must_be_available()?;
        state.check_association(Some(&user_group), &cache.engine)?;
        let cache = state.cache_mut(&input.serverless_cache_name)?;
        // From now on: a user group that is about to be associated cannot be deleted.
        cache.user_group = Some(user_group);
        cache.turn("modifying");
        let name = cache.name.clone();
        let answer = Answer::xml(vec![render::cache(cache, &cache.view())]);
        drop(state);
        tokio::spawn(spread(this.clone(), name));
        Ok(answer)
    }
}

/// Brings the users of another group to every node, one after the other.
async fn spread(this: Arc<ElastiCache>, name: String) {
    let timing = this.state().timing;
    sleep(timing.modify).await;
    let _alone = this.spreading.write().await;
    let (nodes, access) = {
        let state = this.state();
        let Ok(cache) = state.cache(&name) else { return };
        let nodes: Vec<_> = cache.shard.members.iter().filter_map(|member| member.node.clone()).collect();
        (nodes, state.access_to_cache(cache.user_group.as_deref()))
    };
    for (place, node) in nodes.iter().enumerate() {
        if place > 0 {
            sleep(timing.spread).await;
        }
        if let Err(error) = node.grant(|current| *current = access.clone()).await {
            let message = format!("The user group could not be changed: {error:#}");
            this.state().events.push(Event::now(Source::Cache, &name, message));
        }
    }
    if let Ok(cache) = this.state().cache_mut(&name) {
        cache.turn("available");
    }
}
