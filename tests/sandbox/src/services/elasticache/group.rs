//! A replication group, and its view in Describe calls.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;

use super::{history::History, token::Tokens};
use crate::{
    clock,
    redis::{Gate, Node},
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// One replication group.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) settings: Settings,
    pub(super) created: Timestamp,
    pub(super) tokens: Tokens,
    /// The user group whose users log in, instead of tokens.
    pub(super) user_group: Option<String>,
    /// When the AUTH token was last changed.
    pub(super) token_date: Option<Timestamp>,
    /// The `AuthTokenStatus` of a change in progress, or of one that waits for the maintenance window.
    pub(super) pending: Option<&'static str>,
    /// The tokens after the change in progress.
    pub(super) coming: Option<Tokens>,
    pub(super) shards: Vec<Shard>,
    /// The configuration endpoint of a group in cluster mode.
    pub(super) configuration: Option<Endpoint>,
    pub(super) tags: BTreeMap<String, String>,
    /// The snapshot that the group is being restored from, and its data.
    pub(super) restore: Option<(String, Bytes)>,
    /// What keeps the group busy, oldest first.
    pub(super) busy: Vec<(u64, String)>,
    /// Serialises the failovers of the group.
    pub(super) failing_over: Arc<tokio::sync::Mutex<()>>,
    views: History<View>,
}

/// The settings from its creation, which do not change.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) engine: String,
    pub(super) engine_version: String,
    pub(super) node_type: String,
    pub(super) cluster: bool,
    pub(super) automatic_failover: bool,
    pub(super) multi_az: bool,
    pub(super) tls: bool,
    pub(super) tls_mode: String,
    pub(super) at_rest: bool,
    pub(super) parameter_group: String,
    pub(super) subnet_group: String,
    pub(super) security_groups: Vec<String>,
    pub(super) snapshot_retention: u32,
    pub(super) snapshot_window: String,
    pub(super) maintenance_window: String,
    pub(super) minor_upgrades: bool,
}

/// A node group: a primary and its replicas.
#[derive(Debug, Default)]
pub(super) struct Shard {
    pub(super) id: String,
    pub(super) slots: (u16, u16),
    pub(super) members: Vec<Member>,
    /// The index of the primary in the members.
    pub(super) primary: usize,
    /// The endpoints that follow the roles; a group in cluster mode has none.
    pub(super) primary_endpoint: Option<Endpoint>,
    pub(super) reader_endpoint: Option<Endpoint>,
}

/// One node of a group.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) zone: String,
    pub(super) address: Ipv4Addr,
    /// The process, once it is created.
    pub(super) node: Option<Arc<Node>>,
    /// Whether it is being added to a group that exists: it has no address for clients, and no role.
    pub(super) joins: bool,
}

/// An address that leads to nodes.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) address: Ipv4Addr,
    pub(super) port: u16,
    pub(super) gate: Option<Arc<Gate>>,
}

/// What Describe calls show and what changes.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) description: String,
    pub(super) status: String,
    pub(super) pending: Option<&'static str>,
    pub(super) auth: bool,
    pub(super) token_date: Option<Timestamp>,
    /// The members of each shard, and the index of its primary.
    pub(super) shards: Vec<(Vec<Member>, usize)>,
}

/// What a new group is made of.
#[derive(Debug)]
pub(super) struct NewGroup {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) settings: Settings,
    pub(super) tokens: Tokens,
    pub(super) user_group: Option<String>,
    pub(super) shards: Vec<Shard>,
    pub(super) configuration: Option<Endpoint>,
    pub(super) tags: BTreeMap<String, String>,
}

impl Group {
    pub(super) fn new(new: NewGroup) -> Self {
        let NewGroup { id, description, settings, tokens, user_group, shards, configuration, tags } = new;
        let created = clock::now();
        Self {
            id,
            description,
            settings,
            created,
            token_date: tokens.enabled().then_some(created),
            tokens,
            user_group,
            pending: None,
            coming: None,
            shards,
            configuration,
            tags,
            restore: None,
            busy: Vec::new(),
            failing_over: Arc::default(),
            views: History::default(),
        }
    }

    /// The resource name.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:{}", self.id)
    }

    /// The current status.
    pub(super) fn status(&self) -> &str {
        self.busy.first().map_or("available", |(_, status)| status)
    }

    /// Refuses a change while the group is busy.
    pub(super) fn must_be_available(&self) -> Result<(), AwsError> {
        match self.status() {
            "available" => Ok(()),
            status => Err(AwsError::new(
                "InvalidReplicationGroupState",
                format!("Replication group must be in available state; {} is {status}.", self.id),
            )),
        }
    }

    /// Makes the current state visible to Describe calls, after the time `stale`.
    pub(super) fn show(&mut self) {
        self.views.push(self.view());
    }

    /// Makes the deletion visible at once.
    pub(super) fn show_deletion(&mut self) {
        self.views.show_at_once(self.view());
    }

    /// The current view.
    pub(super) fn view(&self) -> View {
        View {
            description: self.description.clone(),
            status: self.status().to_owned(),
            pending: self.pending,
            auth: self.tokens.enabled(),
            token_date: self.token_date,
            shards: self.shards.iter().map(|shard| (shard.members.clone(), shard.primary)).collect(),
        }
    }

    /// The view of `stale` ago. A new group is visible at once.
    pub(super) fn seen(&self, stale: Duration) -> View {
        self.views.seen(stale).unwrap_or_else(|| self.view())
    }

    /// Every member, shard by shard.
    pub(super) fn members(&self) -> impl Iterator<Item = (usize, &Member)> {
        let shards = self.shards.iter().enumerate();
        shards.flat_map(|(index, shard)| shard.members.iter().map(move |member| (index, member)))
    }

    /// Every endpoint except those of nodes.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.shards.iter().flat_map(Shard::endpoints).chain(&self.configuration)
    }

    /// Leads every endpoint to the nodes with its roles.
    pub(super) fn route(&self) {
        self.shards.iter().for_each(Shard::route);
        let Some(gate) = self.configuration.as_ref().and_then(|endpoint| endpoint.gate.as_ref()) else { return };
        let nodes = self.members().filter(|(_, member)| !member.joins).filter_map(|(_, member)| member.node.as_ref());
        gate.lead_to(nodes.map(|node| node.upstream.clone()).collect(), Vec::new());
    }
}

impl View {
    /// Every member, shard by shard.
    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.shards.iter().flat_map(|(members, _)| members)
    }
}

impl Shard {
    /// Every endpoint except those of nodes.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        [&self.primary_endpoint, &self.reader_endpoint].into_iter().flatten()
    }

    /// The index of the first replica that has joined.
    pub(super) fn replica(&self) -> Option<usize> {
        self.members
            .iter()
            .enumerate()
            .find(|(place, member)| *place != self.primary && !member.joins)
            .map(|(place, _)| place)
    }

    /// Leads the endpoints of the shard to the nodes with their roles.
    pub(super) fn route(&self) {
        let node = |member: &Member| member.node.as_ref().map(|node| node.upstream.clone());
        let primary: Vec<_> = self.members.get(self.primary).and_then(node).into_iter().collect();
        let others = self.members.iter().enumerate().filter(|(place, member)| *place != self.primary && !member.joins);
        let replicas: Vec<_> = others.filter_map(|(_, member)| node(member)).collect();
        if let Some(gate) = self.primary_endpoint.as_ref().and_then(|endpoint| endpoint.gate.as_ref()) {
            gate.lead_to(primary.clone(), Vec::new());
        }
        if let Some(gate) = self.reader_endpoint.as_ref().and_then(|endpoint| endpoint.gate.as_ref()) {
            gate.lead_to(replicas, primary);
        }
    }
}
