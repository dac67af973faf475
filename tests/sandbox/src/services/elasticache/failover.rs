//! Failovers: `TestFailover`, and unplanned failures.

use std::{net::Ipv4Addr, slice, sync::Arc};

use anyhow::Context;
use serde::Deserialize;

use super::{
    ElastiCache, State,
    events::{Event, Source},
    group::Shard,
    render,
};
use crate::{
    redis::Node,
    services::sns::Notice,
    wire::{Answer, AwsError, Call},
};

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    replication_group_id: String,
    node_group_id: String,
}

/// The nodes of one shard, as a failover begins.
#[derive(Debug)]
struct Cast {
    old: Arc<Node>,
    old_id: String,
    new: Arc<Node>,
    new_id: String,
    place: usize,
    others: Vec<Arc<Node>>,
}

impl ElastiCache {
    /// `TestFailover`: answers at once; a replica becomes the primary, the old primary's node is replaced.
    pub(super) fn test_failover(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let group = state.group(&input.replication_group_id)?;
        let shard = group.shards.iter().find(|shard| shard.id == input.node_group_id).ok_or_else(|| {
            AwsError::new("NodeGroupNotFoundFault", format!("Node group {} not found.", input.node_group_id))
                .with_status(hyper::StatusCode::NOT_FOUND)
        })?;
        group.must_be_available()?;
        if !group.settings.automatic_failover || shard.members.len() < 2 {
            let message = "TestFailover needs automatic failover and a replica to fail over to.";
            return Err(AwsError::new("InvalidParameterCombination", message));
        }
        let (id, shard) = (group.id.clone(), shard.id.clone());
        let work = state.begin(&id, "modifying")?;
        state.events.push(Event::now(Source::Group, &id, format!("Test Failover API called for node group {shard}")));
        let group = state.group(&id)?;
        let answer = Answer::xml(vec![render::group(group, &group.view())]);
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            if let Err(error) = this.fail_over(&id, &shard).await {
                this.state().events.push(Event::now(Source::Group, &id, format!("Failover failed: {error:#}")));
            }
            this.finish(&id, work, |_| ());
        });
        Ok(answer)
    }

    /// Lets the primary of a shard fail: killed, a replica promoted at once, the killed node back as a replica.
    ///
    /// It may happen at any time, also while a new token spreads. Resolves when the shard is whole again. Nobody is told of the
    /// nodes of a serverless cache.
    ///
    /// # Errors
    /// There is no such shard, no replica in it, or a server does not do what it is told.
    pub async fn fail_over(&self, name: &str, node_group: &str) -> anyhow::Result<()> {
        let turn = self.state().shards(name)?.1.clone();
        let _turn = turn.lock().await;
        let cast = self.cast(name, node_group)?;
        cast.old.kill().await;
        cast.new.promote().await?;
        self.crown(name, node_group, &cast)?;
        if !cast.new.cluster {
            for other in &cast.others {
                other.follow(&cast.new).await?;
            }
        }
        cast.old.start().await?;
        cast.old.rejoin(&cast.new).await?;
        cast.old.admit().await;
        let mut state = self.state();
        if state.group(name).is_ok() {
            let message = format!("Recovery completed for cache nodes {}", cast.old_id);
            state.events.push(Event::now(Source::Node, &cast.old_id, message));
        }
        Ok(())
    }

    /// Lets a node fail: a primary that has a replica fails over, and every other node is killed and started again.
    ///
    /// # Errors
    /// There is no such node, or a server does not do what it is told.
    pub async fn fail_node(&self, name: &str, address: Ipv4Addr) -> anyhow::Result<()> {
        let (turn, fails_over) = {
            let state = self.state();
            let (shards, turn) = state.shards(name)?;
            let primary = |shard: &&Shard| shard.replica().is_some() && shard.members[shard.primary].address == address;
            (turn.clone(), shards.iter().find(primary).map(|shard| shard.id.clone()))
        };
        if let Some(shard) = fails_over {
            return self.fail_over(name, &shard).await;
        }
        let node = self.fleet.node(address).context("there is no such node")?;
        let _turn = turn.lock().await;
        node.kill().await;
        node.start().await?;
        node.admit().await;
        Ok(())
    }

    fn cast(&self, name: &str, node_group: &str) -> anyhow::Result<Cast> {
        let state = self.state();
        let (shards, _) = state.shards(name)?;
        let shard = shards.iter().find(|shard| shard.id == node_group).context("there is no such node group")?;
        let node = |place: usize| {
            let member = shard.members.get(place).context("there is no such member")?;
            Ok::<_, anyhow::Error>((member.node.clone().context("the group is not created yet")?, member.id.clone()))
        };
        let place = shard.replica().context("there is no replica")?;
        let ((old, old_id), (new, new_id)) = (node(shard.primary)?, node(place)?);
        let others = (0..shard.members.len()).filter(|other| ![place, shard.primary].contains(other));
        let others = others.filter(|other| !shard.members[*other].joins);
        let others = others.map(|place| Ok(node(place)?.0)).collect::<anyhow::Result<_>>()?;
        Ok(Cast { old, old_id, new, new_id, place, others })
    }

    /// Makes the promoted node the primary, for the endpoints and for Describe calls.
    fn crown(&self, name: &str, node_group: &str, cast: &Cast) -> anyhow::Result<()> {
        let mut state = self.state();
        let mut shards = state.shards_mut(name)?.iter_mut();
        let shard = shards.find(|shard| shard.id == node_group).context("the node group is gone")?;
        shard.primary = cast.place;
        shard.route();
        if let Some(gate) = shard.primary_endpoint.as_ref().and_then(|endpoint| endpoint.gate.as_ref()) {
            gate.end_connections();
        }
        let Ok(group) = state.group_mut(name) else { return Ok(()) };
        group.show();
        let id = group.id.clone();
        let message = format!("Failover from master node {} to replica node {} completed", cast.old_id, cast.new_id);
        state.events.push(Event::now(Source::Group, &id, message));
        drop(state);
        self.topic.notify(&Notice { event: "ElastiCache:FailoverComplete", group: &id, node: &cast.new_id });
        Ok(())
    }
}

impl State {
    /// The shards of a group or a serverless cache, and what serialises their failovers.
    pub(super) fn shards(&self, name: &str) -> Result<(&[Shard], &Arc<tokio::sync::Mutex<()>>), AwsError> {
        match self.cache(name) {
            Ok(cache) => Ok((slice::from_ref(&cache.shard), &cache.failing_over)),
            Err(_) => self.group(name).map(|group| (group.shards.as_slice(), &group.failing_over)),
        }
    }

    /// The same shards, to change them.
    fn shards_mut(&mut self, name: &str) -> Result<&mut [Shard], AwsError> {
        if self.cache(name).is_ok() {
            return Ok(slice::from_mut(&mut self.cache_mut(name)?.shard));
        }
        Ok(&mut self.group_mut(name)?.shards)
    }
}
