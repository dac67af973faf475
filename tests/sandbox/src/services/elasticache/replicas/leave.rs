//! `DecreaseReplicaCount`: nodes that leave a group.

use std::{net::Ipv4Addr, sync::Arc};

use tokio::time::sleep;

use super::{Input, clash, invalid, nothing_to_do};
use crate::{
    services::elasticache::{
        ElastiCache,
        events::{Event, Source},
        group::{Group, Member, Shard},
        render,
    },
    wire::{Answer, AwsError, Call},
};

impl ElastiCache {
    /// `DecreaseReplicaCount`: answers at once. The nodes leave later, one after the other.
    pub(in super::super) fn decrease_replicas(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let group = state.group(&input.replication_group_id)?;
        input.check(group)?;
        let surplus = match input.replicas_to_remove.is_empty() {
            true => surplus(group, &input.counts(group)?)?,
            false => named(group, &input)?,
        };
        let left = |place: usize| {
            group.shards[place].members.len() - surplus.iter().filter(|(shard, _)| *shard == place).count()
        };
        let needs_replica = group.settings.multi_az || group.settings.automatic_failover && !group.settings.cluster;
        if needs_replica && (0..group.shards.len()).any(|place| left(place) < 2) {
            return Err(clash("Automatic failover and Multi-AZ need at least one replica."));
        }
        let id = group.id.clone();
        let work = state.begin(&id, "modifying")?;
        let group = state.group(&id)?;
        let answer = Answer::xml(vec![render::changed_group(group, &group.view())]);
        tokio::spawn(leave_one_by_one(this.clone(), id, work, surplus));
        Ok(answer)
    }

    /// Ends a replica of a shard: this one, or another one if it has become the primary meanwhile.
    async fn leave(&self, id: &str, shard: usize, wanted: Ipv4Addr) -> anyhow::Result<()> {
        let turn = self.state().group(id)?.failing_over.clone();
        // No failover may change the roles meanwhile.
        let _turn = turn.lock().await;
        let (gone, others) = {
            let mut state = self.state();
            let group = state.group_mut(id)?;
            let Some(gone) = group.shards[shard].dismiss(wanted) else { return Ok(()) };
            group.route();
            group.show();
            let message = "Cache cluster deleted";
            let others: Vec<_> = group.members().filter_map(|(_, member)| member.node.clone()).collect();
            state.events.push(Event::now(Source::Node, &gone.id, message));
            (gone, others)
        };
        let cluster_id = match &gone.node {
            Some(node) if node.cluster && node.simulated().is_none() => Some(node.server()?.cluster_id().await?),
            _ => None,
        };
        self.clear(vec![gone.address], Vec::new()).await;
        for node in others.iter().filter(|_| cluster_id.is_some()) {
            node.server()?.forget(cluster_id.as_deref().unwrap_or_default()).await?;
        }
        gone.node.iter().for_each(|node| node.tell("Leave"));
        Ok(())
    }

    /// Ends a node that could not join.
    pub(super) async fn give_up(&self, id: &str, address: Ipv4Addr) {
        if let Ok(group) = self.state().group_mut(id) {
            group.shards.iter_mut().for_each(|shard| drop(shard.dismiss(address)));
        }
        self.clear(vec![address], Vec::new()).await;
    }
}

/// The nodes that leave, with the places of their shards: the replicas that came last.
fn surplus(group: &Group, counts: &[usize]) -> Result<Vec<(usize, Ipv4Addr)>, AwsError> {
    let mut surplus = Vec::new();
    for (place, (shard, count)) in group.shards.iter().zip(counts).enumerate() {
        let less = (shard.members.len() - 1).checked_sub(*count);
        let less = less.ok_or_else(|| invalid("DecreaseReplicaCount needs a count below that of the moment."))?;
        surplus.extend(shard.replicas().rev().take(less).map(|replica| (place, replica.address)));
    }
    if surplus.is_empty() { Err(nothing_to_do()) } else { Ok(surplus) }
}

/// The nodes that the caller names. AWS does not say what a count beside them does; the sandbox refuses it.
fn named(group: &Group, input: &Input) -> Result<Vec<(usize, Ipv4Addr)>, AwsError> {
    if input.new_replica_count.is_some() || !input.replica_configuration.is_empty() {
        return Err(clash("ReplicasToRemove excludes NewReplicaCount and ReplicaConfiguration."));
    }
    let find = |id: &String| {
        let shards = group.shards.iter().enumerate();
        let mut replicas = shards.flat_map(|(place, shard)| shard.replicas().map(move |replica| (place, replica)));
        let found = replicas.find(|(_, replica)| replica.id == id.to_ascii_lowercase());
        let found = found.map(|(place, replica)| (place, replica.address));
        found.ok_or_else(|| invalid(format!("{id} is not a replica of the group.")))
    };
    input.replicas_to_remove.iter().map(find).collect()
}

impl Shard {
    /// Every member but the primary.
    fn replicas(&self) -> impl DoubleEndedIterator<Item = &Member> {
        self.members.iter().enumerate().filter(|(place, _)| *place != self.primary).map(|(_, member)| member)
    }

    /// Takes out a replica: this one, or the last one if this one is the primary.
    fn dismiss(&mut self, wanted: Ipv4Addr) -> Option<Member> {
        let primary = self.members.get(self.primary)?.address;
        let wanted = match wanted == primary {
            true => self.replicas().next_back()?.address,
            false => wanted,
        };
        let place = self.members.iter().position(|member| member.address == wanted)?;
        let gone = self.members.remove(place);
        self.primary = self.members.iter().position(|member| member.address == primary)?;
        Some(gone)
    }
}

/// Lets nodes leave, one after the other.
async fn leave_one_by_one(this: Arc<ElastiCache>, id: String, work: u64, surplus: Vec<(usize, Ipv4Addr)>) {
    let timing = this.state().timing;
    sleep(timing.modify).await;
    for (place, (shard, address)) in surplus.into_iter().enumerate() {
        if place > 0 {
            sleep(timing.spread).await;
        }
        if let Err(error) = this.leave(&id, shard, address).await {
            let message = format!("Replica could not be removed: {error:#}");
            this.state().events.push(Event::now(Source::Group, &id, message));
        }
    }
    this.finish(&id, work, |_| ());
}
