//! ElastiCache's replication groups.

use std::collections::HashMap;

use aws_sdk_elasticache::{
    Client,
    config::{Builder, retry::RetryConfig},
    types::{AuthTokenUpdateStrategyType, ReplicationGroup},
};
use aws_smithy_types::DateTime;
use policy::Failure;
use secrecy::{ExposeSecret, SecretString};

use super::{Endpoint, Node, address, endpoint};
use crate::{CallError, classify::classify};

/// What a replication group says of itself.
#[derive(Clone, Debug)]
pub struct Group {
    /// `available`, `modifying`, `snapshotting` …
    pub status: String,
    /// `ROTATING` or `SETTING` while its token changes.
    pub token_status: Option<String>,
    /// Whether it asks for a token.
    pub token_enabled: bool,
    /// When its token was last changed.
    pub token_modified: Option<DateTime>,
    /// Whether clients connect over TLS.
    pub tls: bool,
    /// The RBAC user groups it has instead of a token.
    pub user_groups: Vec<String>,
    /// The names that clients know it by: primary, reader and configuration endpoint.
    pub endpoints: Vec<String>,
    /// Where clients write: the configuration endpoint in cluster mode, the primary endpoint otherwise.
    pub primary: Option<Endpoint>,
    /// Where clients may read, without cluster mode.
    pub reader: Option<Endpoint>,
    /// Whether its keys are spread over shards.
    pub cluster_mode: bool,
    /// Every node, primaries and replicas.
    pub nodes: Vec<Node>,
}

/// Describes a replication group and finds the address of every node.
///
/// With cluster mode off a group names its nodes' addresses; with it on, only `DescribeCacheClusters` does.
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_NodeGroupMember.html>
///
/// # Errors
/// Permanent if it does not exist; Retryable if a node has no address yet.
///
/// # Permissions
/// `elasticache:DescribeReplicationGroups`, `elasticache:DescribeCacheClusters`
pub async fn describe(client: &Client, group_id: &str) -> Result<Group, Failure> {
    let doing = format!("describe the replication group {group_id}");
    let answer = client
        .describe_replication_groups()
        .replication_group_id(group_id)
        .send()
        .await
        .map_err(|error| classify(&doing, &error))?;
    let group = answer
        .replication_groups
        .and_then(|groups| groups.into_iter().next())
        .ok_or_else(|| Failure::retryable(format!("cannot {doing}: the answer is empty")))?;
    let addresses = match named_addresses(&group) {
        addresses if addresses.len() == group.member_clusters().len() => addresses,
        _ => looked_up_addresses(client, &group).await?,
    };
    let nodes = group.member_clusters().iter().map(|id| node(id, &addresses)).collect::<Result<_, _>>()?;
    let shard = group.node_groups().first();
    let configuration = group.configuration_endpoint().and_then(endpoint);
    let node_groups = group.node_groups().iter();
    let endpoints = node_groups.flat_map(|shard| [shard.primary_endpoint(), shard.reader_endpoint()]);
    let endpoints = endpoints.chain([group.configuration_endpoint()]).flatten();
    Ok(Group {
        endpoints: endpoints.filter_map(|endpoint| endpoint.address.clone()).collect(),
        cluster_mode: configuration.is_some(),
        primary: configuration.or_else(|| endpoint(shard?.primary_endpoint()?)),
        reader: match group.configuration_endpoint() {
            Some(_) => None,
            None => shard.and_then(|shard| endpoint(shard.reader_endpoint()?)),
        },
        nodes,
        status: group.status.unwrap_or_default(),
        token_status: group
            .pending_modified_values
            .and_then(|pending| pending.auth_token_status)
            .map(|status| status.as_str().to_owned()),
        token_enabled: group.auth_token_enabled.unwrap_or_default(),
        token_modified: group.auth_token_last_modified_date,
        tls: group.transit_encryption_enabled.unwrap_or_default(),
        user_groups: group.user_group_ids.unwrap_or_default(),
    })
}

type Addresses = HashMap<String, (String, u16)>;

fn named_addresses(group: &ReplicationGroup) -> Addresses {
    let members = group.node_groups().iter().flat_map(|shard| shard.node_group_members());
    members.filter_map(|member| Some((member.cache_cluster_id.clone()?, address(member.read_endpoint()?)?))).collect()
}

async fn looked_up_addresses(client: &Client, group: &ReplicationGroup) -> Result<Addresses, Failure> {
    let wanted = group.member_clusters();
    let mut found = Addresses::new();
    let mut pages = client.describe_cache_clusters().show_cache_node_info(true).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| classify("describe the cache clusters", &error))?;
        for cluster in page.cache_clusters() {
            let Some(id) = cluster.cache_cluster_id().filter(|id| wanted.iter().any(|one| one == id)) else { continue };
            if let Some(address) = cluster.cache_nodes().first().and_then(|node| address(node.endpoint()?)) {
                found.insert(id.to_owned(), address);
            }
        }
        if found.len() == wanted.len() {
            break;
        }
    }
    Ok(found)
}

fn node(id: &str, addresses: &Addresses) -> Result<Node, Failure> {
    let (host, port) = addresses
        .get(id)
        .cloned()
        .ok_or_else(|| Failure::retryable(format!("the node {id} has no address yet; it is looked for again")))?;
    Ok(Node { id: id.to_owned(), host, port })
}

/// How a token is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenChange {
    /// Accept this token beside the newest of those there are.
    Rotate,
    /// Accept this token, the last one rotated in, and nothing else.
    Set,
}

/// Changes a group's AUTH token, at once instead of in the next maintenance window.
///
/// It is sent once: a second ROTATE, after an answer that was lost, could push AWSCURRENT out.
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html>
///
/// # Errors
/// `InvalidReplicationGroupState` (Retryable) if the group is busy. An error whose effect is unknown (see
/// [`CallError::effect`]) must be followed by a look, not by another call.
///
/// # Repeating
/// Do not: look first.
///
/// # Permissions
/// `elasticache:ModifyReplicationGroup`
pub async fn change_token(
    client: &Client,
    group_id: &str,
    token: &SecretString,
    change: TokenChange,
) -> Result<(), CallError> {
    let strategy = match change {
        TokenChange::Rotate => AuthTokenUpdateStrategyType::Rotate,
        TokenChange::Set => AuthTokenUpdateStrategyType::Set,
    };
    client
        .modify_replication_group()
        .replication_group_id(group_id)
        .auth_token(token.expose_secret())
        .auth_token_update_strategy(strategy)
        .apply_immediately(true)
        .customize()
        .config_override(Builder::new().retry_config(RetryConfig::disabled()))
        .send()
        .await
        .map_err(|error| classify(&format!("change the token of the replication group {group_id}"), &error))?;
    Ok(())
}

/// Reads the tags of a replication group.
///
/// # Errors
/// Permanent if it does not exist (`ReplicationGroupNotFoundFault`).
///
/// # Permissions
/// `elasticache:ListTagsForResource`
pub async fn tags(client: &Client, arn: &str) -> Result<HashMap<String, String>, CallError> {
    let answer = client.list_tags_for_resource().resource_name(arn).send().await;
    let answer = answer.map_err(|error| classify(&format!("read the tags of {arn}"), &error))?;
    let tags = answer.tag_list.unwrap_or_default().into_iter();
    Ok(tags.filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default()))).collect())
}
