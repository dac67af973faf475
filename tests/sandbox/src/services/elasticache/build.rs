//! How a group's processes come to be.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use futures::future::try_join_all;
use tokio::time::sleep;

use super::{
    ElastiCache, create,
    events::{Event, Source},
    group::Group,
    render,
};
use crate::{
    redis::{Access, Fleet, Gate, Node},
    wire::{Answer, AwsError, Call},
};

/// What has to be built for a group.
#[derive(Debug)]
struct Plan {
    id: String,
    tls: bool,
    cluster: bool,
    access: Access,
    /// All that the certificate is for.
    addresses: Vec<Ipv4Addr>,
    shards: Vec<(Vec<Ipv4Addr>, (u16, u16))>,
}

/// What was built.
#[derive(Debug)]
struct Built {
    nodes: BTreeMap<Ipv4Addr, Arc<Node>>,
    gates: BTreeMap<Ipv4Addr, Arc<Gate>>,
}

impl ElastiCache {
    /// `CreateReplicationGroup`: answers at once, and builds in the background.
    pub(super) fn create(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        this.remember_token(call);
        let input: create::Input = call.input()?;
        let mut taken = Vec::new();
        let take = || this.fleet.take_address().inspect(|address| taken.push(*address));
        let planned = create::plan(input, take);
        let mut state = this.state();
        let group = match planned {
            Ok(group) if state.groups.contains_key(&group.id) => {
                let message = format!("Replication group {} already exists.", group.id);
                Err(AwsError::new("ReplicationGroupAlreadyExists", message))
            }
            planned => planned,
        };
        let group = group.inspect_err(|_| taken.iter().for_each(|address| this.fleet.give_back(*address)))?;
        let plan = Plan::of(&group);
        state.groups.insert(group.id.clone(), group);
        let work = state.begin(&plan.id, "creating")?;
        let group = state.group(&plan.id)?;
        let answer = Answer::Xml(vec![render::group(group, &group.view())]);
        let least = state.timing.create;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            let (built, ()) = tokio::join!(build(&this.fleet, &plan), sleep(least));
            match built {
                Ok(built) => this.settle(&plan.id, work, &built),
                Err(error) => this.fail(&plan.id, work, &error),
            }
        });
        Ok(answer)
    }

    fn settle(&self, id: &str, work: u64, built: &Built) {
        self.finish(id, work, |group| {
            for shard in &mut group.shards {
                for member in &mut shard.members {
                    member.node = built.nodes.get(&member.address).cloned();
                }
                for endpoint in [&mut shard.primary_endpoint, &mut shard.reader_endpoint].into_iter().flatten() {
                    endpoint.gate = built.gates.get(&endpoint.address).cloned();
                }
                shard.route();
            }
            if let Some(endpoint) = &mut group.configuration {
                endpoint.gate = built.gates.get(&endpoint.address).cloned();
                let all: Vec<_> = built.nodes.values().map(|node| node.upstream.clone()).collect();
                endpoint.gate.iter().for_each(|gate| gate.lead_to(all.clone(), Vec::new()));
            }
        });
        let event = Event::now(Source::Group, id, "Replication group created");
        self.state().events.push(event);
    }

    /// Leaves the group as AWS leaves one that could not be created, with the reason in its events.
    fn fail(&self, id: &str, work: u64, error: &anyhow::Error) {
        self.finish(id, work, |group| group.busy.push((work, "create-failed".to_owned())));
        let event = Event::now(Source::Group, id, format!("Replication group could not be created: {error:#}"));
        self.state().events.push(event);
    }
}

impl Plan {
    fn of(group: &Group) -> Self {
        Self {
            id: group.id.clone(),
            tls: group.settings.tls,
            cluster: group.settings.cluster,
            access: group.tokens.access(),
            addresses: group.addresses(),
            shards: group
                .shards
                .iter()
                .map(|shard| (shard.members.iter().map(|member| member.address).collect(), shard.slots))
                .collect(),
        }
    }
}

/// Starts the nodes, makes them a cluster or replicas of each other, opens the endpoints' gates.
async fn build(fleet: &Fleet, plan: &Plan) -> anyhow::Result<Built> {
    let certificate = if plan.tls { Some(fleet.certificate(&plan.id, &plan.addresses)?) } else { None };
    let mut nodes = BTreeMap::new();
    for address in plan.shards.iter().flat_map(|(members, _)| members) {
        nodes.insert(*address, fleet.add_node(*address, certificate.as_ref(), plan.cluster).await?);
    }
    let mut gates = BTreeMap::new();
    for address in plan.addresses.iter().filter(|address| !nodes.contains_key(*address)) {
        gates.insert(*address, fleet.open_gate(*address).await?);
    }
    try_join_all(nodes.values().map(|node| async move {
        node.grant(plan.access.clone()).await;
        node.start().await
    }))
    .await?;
    if plan.cluster {
        introduce(&nodes, &plan.shards).await?;
    }
    try_join_all(plan.shards.iter().flat_map(|(members, _)| {
        let primary = &nodes[&members[0]];
        members[1..].iter().map(|address| nodes[address].follow(primary))
    }))
    .await?;
    if plan.cluster {
        try_join_all(nodes.values().map(|node| node.serves())).await?;
        try_join_all(nodes.values().map(|node| node.tells_of(nodes.len()))).await?;
    }
    for node in nodes.values() {
        node.admit().await;
    }
    Ok(Built { nodes, gates })
}

/// Makes the nodes one cluster, with its slots handed out to the first node of each shard.
async fn introduce(
    nodes: &BTreeMap<Ipv4Addr, Arc<Node>>,
    shards: &[(Vec<Ipv4Addr>, (u16, u16))],
) -> anyhow::Result<()> {
    for (members, slots) in shards {
        nodes[&members[0]].own_slots(*slots).await?;
    }
    let first = &nodes[&shards[0].0[0]];
    for node in nodes.values().filter(|node| !Arc::ptr_eq(node, first)) {
        node.meet(first).await?;
    }
    try_join_all(nodes.values().map(|node| node.knows(nodes.len()))).await?;
    Ok(())
}
