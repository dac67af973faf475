//! Creation of the processes of groups and caches.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use futures::future::try_join_all;
use tokio::time::sleep;

use super::{
    ElastiCache, create,
    events::{Event, Source},
    group::{Endpoint, Group, Shard},
    render,
};
use crate::{
    redis::{Fleet, Gate, Node},
    wire::{Answer, AwsError, Call},
};

/// The nodes of one group or cache.
pub(super) type Nodes = BTreeMap<Ipv4Addr, Arc<Node>>;

/// What is created for a group or a serverless cache.
#[derive(Debug)]
pub(super) struct Plan {
    /// The name of the certificate files.
    pub(super) name: String,
    pub(super) tls: bool,
    pub(super) cluster: bool,
    pub(super) gates: Vec<SocketAddr>,
    pub(super) shards: Vec<(Vec<Ipv4Addr>, (u16, u16))>,
}

impl ElastiCache {
    /// `CreateReplicationGroup`: answers at once and creates the nodes in the background.
    pub(super) fn create(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        this.remember_token(call);
        let input: create::Input = call.input()?;
        let snapshot = input.snapshot_name.clone();
        let mut taken = Vec::new();
        let take = || this.fleet.take_address().inspect(|address| taken.push(*address));
        let mut state = this.state();
        let planned = create::plan(input, take).and_then(|group| {
            state.check_association(group.user_group.as_deref(), &group.settings.engine)?;
            let data = snapshot.map(|snapshot| state.data_for(&group, &snapshot)).transpose()?;
            Ok((group, data))
        });
        let planned = match planned {
            Ok((group, _)) if state.groups.contains_key(&group.id) => {
                let message = format!("Replication group {} already exists.", group.id);
                Err(AwsError::new("ReplicationGroupAlreadyExists", message))
            }
            planned => planned,
        };
        let (group, data) = planned.inspect_err(|_| taken.iter().for_each(|address| this.fleet.give_back(*address)))?;
        let (id, plan) = (group.id.clone(), Plan::of(&group));
        state.groups.insert(id.clone(), group);
        if let Some(data) = data {
            state.begin_restore(&id, data)?;
        }
        let work = state.begin(&id, "creating")?;
        let group = state.group(&id)?;
        let answer = Answer::xml(vec![render::group(group, &group.view())]);
        let least = state.timing.create;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            let register = |nodes: &Nodes| this.register(&id, nodes);
            let (built, ()) = tokio::join!(build(&this.fleet, &plan, register), sleep(least));
            match built {
                Ok(gates) => this.settle(&id, work, gates),
                Err(error) => this.fail(&id, work, &error),
            }
        });
        Ok(answer)
    }

    /// Registers new nodes with the current access under one lock, so that they miss no change.
    pub(super) fn register(&self, id: &str, nodes: &Nodes) {
        let mut state = self.state();
        let Ok(group) = state.group_mut(id) else { return };
        group.shards.iter_mut().for_each(|shard| shard.place(nodes));
        let tokens = group.tokens.access();
        let primary = group.shards.first().and_then(|shard| shard.members.first()).map(|member| member.address);
        let data = primary.zip(group.restore.as_ref().map(|(_, rdb)| rdb.clone()));
        let user_group = group.user_group.clone();
        let access = user_group.map_or(tokens, |user_group| state.access(&user_group));
        nodes.values().for_each(|node| node.prepare(access.clone()));
        if let Some((primary, rdb)) = data {
            nodes.get(&primary).iter().for_each(|node| node.load(rdb.clone()));
        }
    }

    fn settle(&self, id: &str, work: u64, gates: Vec<Arc<Gate>>) {
        self.finish(id, work, |group| {
            group.shards.iter_mut().for_each(|shard| shard.open(&gates));
            group.configuration.iter_mut().for_each(|endpoint| endpoint.open(&gates));
            group.route();
        });
        let mut state = self.state();
        state.end_restore(id);
        state.events.push(Event::now(Source::Group, id, "Replication group created"));
    }

    /// Marks the group as `create-failed`, with the reason in its events.
    fn fail(&self, id: &str, work: u64, error: &anyhow::Error) {
        self.finish(id, work, |group| group.busy.push((work, "create-failed".to_owned())));
        self.state().end_restore(id);
        let event = Event::now(Source::Group, id, format!("Replication group could not be created: {error:#}"));
        self.state().events.push(event);
    }
}

impl Plan {
    fn of(group: &Group) -> Self {
        Self {
            name: group.id.clone(),
            tls: group.settings.tls,
            cluster: group.settings.cluster,
            gates: group.endpoints().map(Endpoint::socket).collect(),
            shards: group.shards.iter().map(Shard::plan).collect(),
        }
    }

    /// Every address that the certificate must contain.
    fn addresses(&self) -> Vec<Ipv4Addr> {
        self.members()
            .chain(self.gates.iter().filter_map(|gate| match gate {
                SocketAddr::V4(gate) => Some(*gate.ip()),
                SocketAddr::V6(_) => None,
            }))
            .collect()
    }

    fn members(&self) -> impl Iterator<Item = Ipv4Addr> {
        self.shards.iter().flat_map(|(members, _)| members).copied()
    }
}

impl Shard {
    /// What is created for it.
    pub(super) fn plan(&self) -> (Vec<Ipv4Addr>, (u16, u16)) {
        (self.members.iter().map(|member| member.address).collect(), self.slots)
    }

    /// Gives members these nodes.
    pub(super) fn place(&mut self, nodes: &Nodes) {
        for member in &mut self.members {
            if let Some(node) = nodes.get(&member.address) {
                member.node = Some(node.clone());
            }
        }
    }

    /// Gives its endpoints their gates and leads them to the nodes.
    pub(super) fn open(&mut self, gates: &[Arc<Gate>]) {
        let endpoints = [&mut self.primary_endpoint, &mut self.reader_endpoint];
        endpoints.into_iter().flatten().for_each(|endpoint| endpoint.open(gates));
        self.route();
    }
}

impl Endpoint {
    /// Where its gate listens.
    pub(super) fn socket(&self) -> SocketAddr {
        (self.address, self.port).into()
    }

    fn open(&mut self, gates: &[Arc<Gate>]) {
        self.gate = gates.iter().find(|gate| gate.address() == self.socket()).cloned();
    }
}

/// Starts the nodes, makes them a cluster or replicas of each other, opens the endpoints' gates.
///
/// `register` sees the nodes before they start, and gives them the access that they start with.
pub(super) async fn build(fleet: &Fleet, plan: &Plan, register: impl FnOnce(&Nodes)) -> anyhow::Result<Vec<Arc<Gate>>> {
    // In memory there is neither TLS nor the bus of a cluster.
    let (tls, bus) = (plan.tls && !fleet.is_in_memory(), plan.cluster && !fleet.is_in_memory());
    let certificate = if tls { Some(fleet.certificate(&plan.name, &plan.addresses())?) } else { None };
    let mut nodes = BTreeMap::new();
    for address in plan.members() {
        nodes.insert(address, fleet.add_node(address, certificate.as_ref(), plan.cluster).await?);
    }
    let mut gates = Vec::new();
    for address in &plan.gates {
        gates.push(fleet.open_gate(*address).await?);
    }
    register(&nodes);
    try_join_all(nodes.values().map(|node| node.start())).await?;
    if bus {
        introduce(&nodes, &plan.shards).await?;
    }
    try_join_all(plan.shards.iter().flat_map(|(members, _)| {
        let primary = &nodes[&members[0]];
        members[1..].iter().map(|address| nodes[address].follow(primary))
    }))
    .await?;
    if bus {
        let servers = nodes.values().map(|node| node.server()).collect::<anyhow::Result<Vec<_>>>()?;
        try_join_all(servers.iter().map(|server| server.serves())).await?;
        try_join_all(servers.iter().map(|server| server.tells_of(servers.len()))).await?;
    }
    for node in nodes.values() {
        node.admit().await;
    }
    Ok(gates)
}

/// Makes the nodes one cluster, with its slots handed out to the first node of each shard.
///
/// Each node gets a configuration epoch of its own, as from `redis-cli --cluster create`. With equal epochs, nodes raise
/// theirs once they meet, and a primary that is replaced in that moment can come back with a higher epoch than its successor:
/// it takes the shard back.
///
/// <https://redis.io/docs/latest/commands/cluster-set-config-epoch/>
async fn introduce(nodes: &Nodes, shards: &[(Vec<Ipv4Addr>, (u16, u16))]) -> anyhow::Result<()> {
    for (member, epoch) in shards.iter().flat_map(|(members, _)| members).zip(1..) {
        nodes[member].server()?.begin_with_epoch(epoch).await?;
    }
    for (members, slots) in shards {
        nodes[&members[0]].server()?.own_slots(*slots).await?;
    }
    let servers = nodes.values().map(|node| node.server()).collect::<anyhow::Result<Vec<_>>>()?;
    let first = nodes[&shards[0].0[0]].server()?;
    for server in servers.iter().filter(|server| server.address != first.address) {
        server.meet(first).await?;
    }
    try_join_all(servers.iter().map(|server| server.knows(servers.len()))).await?;
    Ok(())
}
