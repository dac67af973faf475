//! `IncreaseReplicaCount`: nodes that join a group.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::Context;
use futures::future::try_join_all;
use tokio::time::sleep;

use super::{Input, clash, invalid, nothing_to_do};
use crate::{
    redis::Node,
    services::elasticache::{
        ElastiCache,
        build::Nodes,
        events::{Event, Source},
        group::{Endpoint, Group, Member},
        render,
    },
    wire::{Answer, AwsError, Call},
};

impl ElastiCache {
    /// `IncreaseReplicaCount`: answers at once. The new nodes join later, one after the other, and have no address before.
    pub(in super::super) fn increase_replicas(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let group = state.group_mut(&input.replication_group_id)?;
        input.check(group)?;
        if !input.replicas_to_remove.is_empty() {
            return Err(clash("IncreaseReplicaCount removes no replica."));
        }
        let missing = missing(group, &input.counts(group)?)?;
        let addresses: Vec<_> = std::iter::from_fn(|| this.fleet.take_address()).take(missing.len()).collect();
        if addresses.len() < missing.len() {
            addresses.iter().for_each(|address| this.fleet.give_back(*address));
            return Err(AwsError::new("InsufficientCacheClusterCapacity", "the loopback network is full"));
        }
        for (shard, address) in missing.into_iter().zip(&addresses) {
            let member = group.newcomer(shard, *address);
            group.shards[shard].members.push(member);
        }
        let id = group.id.clone();
        let work = state.begin(&id, "modifying")?;
        let group = state.group(&id)?;
        let answer = Answer::xml(vec![render::changed_group(group, &group.view())]);
        tokio::spawn(join_one_by_one(this.clone(), id, work, addresses));
        Ok(answer)
    }

    /// Starts a node with the group's credentials, and makes it a replica of its shard.
    async fn join(&self, id: &str, address: Ipv4Addr) -> anyhow::Result<()> {
        let (name, tls, cluster, endpoints, turn) = {
            let state = self.state();
            let group = state.group(id)?;
            let (_, member) = group.members().find(|(_, member)| member.address == address).context("it is gone")?;
            let endpoints: Vec<_> = group.endpoints().map(|Endpoint { address, .. }| *address).collect();
            let settings = &group.settings;
            (member.id.clone(), settings.tls, settings.cluster, endpoints, group.failing_over.clone())
        };
        // In memory there is neither TLS nor the bus of a cluster.
        let (tls, bus) = (tls && !self.fleet.is_in_memory(), cluster && !self.fleet.is_in_memory());
        let named = [endpoints, vec![address]].concat();
        let certificate = if tls { Some(self.fleet.certificate(&name, &named)?) } else { None };
        let node = self.fleet.add_node(address, certificate.as_ref(), cluster).await?;
        self.register(id, &Nodes::from([(address, node.clone())]));
        node.start().await?;
        // No failover may change the primary meanwhile.
        let _turn = turn.lock().await;
        let (primary, others) = self.in_service(id, address)?;
        if bus {
            node.server()?.meet(primary.server()?).await?;
            node.server()?.knows(others.len() + 1).await?;
        }
        node.follow(&primary).await?;
        if bus {
            let servers = others.iter().chain([&node]).map(|node| node.server());
            let servers = servers.collect::<anyhow::Result<Vec<_>>>()?;
            try_join_all(servers.iter().map(|server| server.tells_of(servers.len()))).await?;
        }
        node.admit().await;
        let mut state = self.state();
        let group = state.group_mut(id)?;
        let members = group.shards.iter_mut().flat_map(|shard| &mut shard.members);
        members.filter(|member| member.address == address).for_each(|member| member.joins = false);
        group.route();
        group.show();
        state.events.push(Event::now(Source::Node, &name, "Cache cluster created"));
        drop(state);
        node.tell("Join");
        Ok(())
    }

    /// The primary of the shard that a node joins, and all nodes of the group that have joined.
    fn in_service(&self, id: &str, newcomer: Ipv4Addr) -> anyhow::Result<(Arc<Node>, Vec<Arc<Node>>)> {
        let state = self.state();
        let group = state.group(id)?;
        let has_it = |members: &[Member]| members.iter().any(|member| member.address == newcomer);
        let shard = group.shards.iter().find(|shard| has_it(&shard.members)).context("it is gone")?;
        let primary = shard.members[shard.primary].node.clone().context("the shard has no primary")?;
        let others = group.members().filter(|(_, member)| !member.joins);
        Ok((primary, others.filter_map(|(_, member)| member.node.clone()).collect()))
    }
}

/// The shard of each node that is missing.
fn missing(group: &Group, counts: &[usize]) -> Result<Vec<usize>, AwsError> {
    let mut missing = Vec::new();
    for (place, (shard, count)) in group.shards.iter().zip(counts).enumerate() {
        let more = (count + 1).checked_sub(shard.members.len());
        let more = more.ok_or_else(|| invalid("IncreaseReplicaCount needs a count above that of the moment."))?;
        missing.extend(std::iter::repeat_n(place, more));
    }
    if missing.is_empty() { Err(nothing_to_do()) } else { Ok(missing) }
}

impl Group {
    /// A new member of a shard, with the first number that is free.
    fn newcomer(&self, shard: usize, address: Ipv4Addr) -> Member {
        let prefix = match self.settings.cluster {
            true => format!("{}-{}", self.id, self.shards[shard].id),
            false => self.id.clone(),
        };
        let members = &self.shards[shard].members;
        let ids = (1..).map(|number: usize| (number, format!("{prefix}-{number:03}")));
        let mut free = ids.filter(|(_, id)| members.iter().all(|member| member.id != *id));
        let (number, id) = free.next().expect("numbers do not end");
        let zone = format!("us-east-1{}", ["a", "b", "c"][(shard + number - 1) % 3]);
        Member { id, zone, address, node: None, joins: true }
    }
}

/// Lets new nodes join. One that cannot is given up, with the reason in the events of the group.
async fn join_one_by_one(this: Arc<ElastiCache>, id: String, work: u64, addresses: Vec<Ipv4Addr>) {
    let timing = this.state().timing;
    sleep(timing.modify).await;
    for (place, address) in addresses.into_iter().enumerate() {
        if place > 0 {
            sleep(timing.spread).await;
        }
        if let Err(error) = this.join(&id, address).await {
            let message = format!("Replica could not be added: {error:#}");
            this.state().events.push(Event::now(Source::Group, &id, message));
            this.give_up(&id, address).await;
        }
    }
    this.finish(&id, work, |_| ());
}
