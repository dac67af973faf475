//! The nodes of a site, as AWS describes them.

use std::{collections::HashMap, fmt, ops::RangeInclusive};

use anyhow::Context;
use aws_sdk_elasticache::{
    Client,
    types::{Endpoint, NodeGroup, ReplicationGroup},
};

use sandbox::redis::PORT;

use super::account::Aws;
use crate::Site;

/// The address of a node or of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// The host name or IP address.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// Whether the node requires TLS.
    pub tls: bool,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// One node group.
#[derive(Clone, Debug)]
pub(crate) struct Shard {
    /// Its hash slots; all of them if cluster mode is off.
    pub(crate) slots: Vec<RangeInclusive<u16>>,
    /// Its nodes. The order does not tell which one is the primary.
    pub(crate) nodes: Vec<Address>,
}

/// The nodes of a site.
#[derive(Clone, Debug)]
pub(crate) struct Topology {
    /// The primary endpoint; `None` in cluster mode.
    pub(crate) primary: Option<Address>,
    /// The node groups; one if cluster mode is off.
    pub(crate) shards: Vec<Shard>,
}

impl Topology {
    /// Whether cluster mode is on.
    pub(crate) fn is_cluster(&self) -> bool {
        self.primary.is_none()
    }

    /// Returns every node.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Address> {
        self.shards.iter().flat_map(|shard| &shard.nodes)
    }

    /// Reads the topology from AWS. Hosts are not in AWS: their addresses are part of the site.
    pub(crate) async fn read(aws: &Aws, site: &Site) -> anyhow::Result<Self> {
        match site {
            Site::ReplicationGroup(id) => Self::of_group(&aws.elasticache, id).await,
            Site::ServerlessCache(name) => Self::of_serverless_cache(&aws.elasticache, name).await,
            Site::Service { cluster, service } => Self::of_tasks(&aws.ecs, cluster, service).await,
            Site::Hosts(addresses) => Self::of_one_shard(addresses.iter().map(plain).collect()),
            Site::Database(_) => anyhow::bail!("an Upstash database has no nodes to connect to"),
        }
    }

    /// One shard without cluster mode, whose first node accepts writes.
    fn of_one_shard(nodes: Vec<Address>) -> anyhow::Result<Self> {
        let primary = nodes.first().cloned().context("the site has no nodes")?;
        Ok(Self { primary: Some(primary), shards: vec![Shard { slots: vec![0..=16383], nodes }] })
    }

    /// In cluster mode, members have no `ReadEndpoint`: their addresses come from `DescribeCacheClusters`.
    ///
    /// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_NodeGroupMember.html>
    async fn of_group(elasticache: &Client, id: &str) -> anyhow::Result<Self> {
        let answer = elasticache.describe_replication_groups().replication_group_id(id).send().await?;
        let group = answer.replication_groups.unwrap_or_default().pop().context("the group does not exist")?;
        if group.cluster_enabled.unwrap_or_default() {
            let members = members(elasticache, id).await?;
            return Self::with_cluster_mode(&group, &members);
        }
        Self::without_cluster_mode(&group)
    }

    /// The endpoint and the reader endpoint: a serverless cache shows no nodes.
    async fn of_serverless_cache(elasticache: &Client, name: &str) -> anyhow::Result<Self> {
        let answer = elasticache.describe_serverless_caches().serverless_cache_name(name).send().await?;
        let cache = answer.serverless_caches.unwrap_or_default().pop().context("the cache does not exist")?;
        let endpoints = [cache.endpoint.as_ref(), cache.reader_endpoint.as_ref()];
        Self::of_one_shard(endpoints.into_iter().filter_map(address).collect())
    }

    /// The running tasks, at the addresses of their network interfaces.
    async fn of_tasks(ecs: &aws_sdk_ecs::Client, cluster: &str, service: &str) -> anyhow::Result<Self> {
        let arns = ecs.list_tasks().cluster(cluster).service_name(service).send().await?.task_arns;
        let tasks = ecs.describe_tasks().cluster(cluster).set_tasks(arns).send().await?.tasks.unwrap_or_default();
        let running = tasks.iter().filter(|task| task.last_status() == Some("RUNNING"));
        let details = running.flat_map(|task| task.attachments()).flat_map(|attachment| attachment.details());
        let addresses = details.filter(|detail| detail.name() == Some("privateIPv4Address"));
        Self::of_one_shard(addresses.filter_map(|detail| detail.value()).map(plain).collect())
    }

    fn without_cluster_mode(group: &ReplicationGroup) -> anyhow::Result<Self> {
        let [node_group] = group.node_groups() else {
            anyhow::bail!("cluster mode is off, but the group does not have exactly one node group")
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

/// Returns the address of every cache cluster of the group, by id.
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
    Some(Address { host: endpoint.address.clone()?, port: u16::try_from(endpoint.port?).ok()?, tls: true })
}

/// A node without TLS, on the default port.
fn plain(host: impl ToString) -> Address {
    Address { host: host.to_string(), port: PORT, tls: false }
}

/// Parses `0-8191`, or several such ranges separated by commas.
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
    fn slots_are_parsed_as_ranges_and_single_numbers() {
        assert_eq!(slots("0-8191").unwrap(), [0..=8191]);
        assert_eq!(slots("0-99,200,300-16383").unwrap(), [0..=99, 200..=200, 300..=16383]);
        assert!(slots("0-x").unwrap_err().to_string().contains("0-x"));
    }
}
