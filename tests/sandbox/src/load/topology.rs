//! The nodes of a replication group, as the ElastiCache API tells them.

use std::{collections::HashMap, fmt, ops::RangeInclusive};

use anyhow::Context;
use aws_sdk_elasticache::{
    Client,
    types::{Endpoint, NodeGroup, ReplicationGroup},
};

/// Where a node, or whatever an endpoint's name stands for, is reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// One node group.
#[derive(Clone, Debug)]
pub(crate) struct Shard {
    /// The hash slots it serves; all of them outside cluster mode.
    pub(crate) slots: Vec<RangeInclusive<u16>>,
    /// Its nodes, in no order that says who is the primary.
    pub(crate) nodes: Vec<Address>,
}

/// A replication group.
#[derive(Clone, Debug)]
pub(crate) struct Topology {
    /// The primary endpoint; cluster mode has none.
    pub(crate) primary: Option<Address>,
    /// The node groups; one outside cluster mode.
    pub(crate) shards: Vec<Shard>,
}

impl Topology {
    /// Whether cluster mode is on.
    pub(crate) fn is_cluster(&self) -> bool {
        self.primary.is_none()
    }

    /// Every node.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Address> {
        self.shards.iter().flat_map(|shard| &shard.nodes)
    }

    /// Reads it from AWS.
    ///
    /// In cluster mode members have no `ReadEndpoint`, and their addresses come from `DescribeCacheClusters`.
    /// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_NodeGroupMember.html>
    pub(crate) async fn read(elasticache: &Client, id: &str) -> anyhow::Result<Self> {
        let answer = elasticache.describe_replication_groups().replication_group_id(id).send().await?;
        let group = answer.replication_groups.unwrap_or_default().pop().context("there is no such group")?;
        if group.cluster_enabled.unwrap_or_default() {
            let members = members(elasticache, id).await?;
            return Self::with_cluster_mode(&group, &members);
        }
        Self::without_cluster_mode(&group)
    }

    fn without_cluster_mode(group: &ReplicationGroup) -> anyhow::Result<Self> {
        let [node_group] = group.node_groups() else {
            anyhow::bail!("cluster mode is off, and node groups are not one")
        };
        let primary = address(node_group.primary_endpoint.as_ref()).context("the group has no primary endpoint")?;
        let members = node_group.node_group_members().iter();
        let nodes: Option<Vec<_>> = members.map(|member| address(member.read_endpoint.as_ref())).collect();
        let shard = Shard { slots: vec![0..=16383], nodes: nodes.context("a member has no read endpoint")? };
        Ok(Self { primary: Some(primary), shards: vec![shard] })
    }

    fn with_cluster_mode(group: &ReplicationGroup, members: &HashMap<String, Address>) -> anyhow::Result<Self> {
        let shard = |node_group: &NodeGroup| {
            let slots = slots(node_group.slots.as_deref().context("a node group has no slots")?)?;
            let nodes = node_group.node_group_members().iter().map(|member| {
                let id = member.cache_cluster_id.as_deref().context("a member has no cache cluster")?;
                members.get(id).cloned().with_context(|| format!("{id} has no endpoint"))
            });
            Ok(Shard { slots, nodes: nodes.collect::<anyhow::Result<_>>()? })
        };
        let shards: Vec<_> = group.node_groups().iter().map(shard).collect::<anyhow::Result<_>>()?;
        anyhow::ensure!(!shards.is_empty(), "the group has no node groups");
        Ok(Self { primary: None, shards })
    }
}

/// The address of every cache cluster that belongs to the group.
async fn members(elasticache: &Client, group: &str) -> anyhow::Result<HashMap<String, Address>> {
    let mut pages = elasticache.describe_cache_clusters().show_cache_node_info(true).into_paginator().items().send();
    let mut members = HashMap::new();
    while let Some(cluster) = pages.next().await.transpose()? {
        let node = cluster.cache_nodes().first().and_then(|node| address(node.endpoint.as_ref()));
        if let (true, Some(id), Some(node)) =
            (cluster.replication_group_id() == Some(group), cluster.cache_cluster_id(), node)
        {
            members.insert(id.to_owned(), node);
        }
    }
    Ok(members)
}

fn address(endpoint: Option<&Endpoint>) -> Option<Address> {
    let endpoint = endpoint?;
    Some(Address { host: endpoint.address.clone()?, port: u16::try_from(endpoint.port?).ok()? })
}

/// Reads `0-8191`, or several such ranges with commas between.
fn slots(text: &str) -> anyhow::Result<Vec<RangeInclusive<u16>>> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        anyhow::Ok(first.trim().parse()?..=last.trim().parse()?)
    };
    text.split(',').map(range).collect::<anyhow::Result<_>>().with_context(|| format!("slots {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::slots;

    #[test]
    fn slots_are_read_as_ranges_and_as_single_ones() {
        assert_eq!(slots("0-8191").unwrap(), [0..=8191]);
        assert_eq!(slots("0-99,200,300-16383").unwrap(), [0..=99, 200..=200, 300..=16383]);
        assert!(slots("0-x").unwrap_err().to_string().contains("0-x"));
    }
}
