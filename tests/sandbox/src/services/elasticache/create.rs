//! `CreateReplicationGroup`: what AWS refuses, and the shape of what it creates.

use std::{collections::BTreeMap, net::Ipv4Addr};

use serde::Deserialize;

use super::{
    group::{Endpoint, Group, Member, NewGroup, Settings, Shard},
    tags::{Tag, read_tags},
    text,
    token::{Token, Tokens},
};
use crate::{redis::PORT, wire::AwsError};

/// How many hash slots a cluster has.
const SLOTS: u16 = 16384;
/// The maximum number of nodes of a group.
const MAX_NODES: usize = 90;

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Input {
    replication_group_id: String,
    replication_group_description: String,
    engine: Option<String>,
    engine_version: Option<String>,
    cache_node_type: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    num_cache_clusters: Option<usize>,
    #[serde(default, deserialize_with = "text::parsed")]
    num_node_groups: Option<usize>,
    #[serde(default, deserialize_with = "text::parsed")]
    replicas_per_node_group: Option<usize>,
    cluster_mode: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    automatic_failover_enabled: Option<bool>,
    #[serde(default, rename = "MultiAZEnabled", deserialize_with = "text::parsed")]
    multi_az_enabled: Option<bool>,
    #[serde(default, deserialize_with = "text::parsed")]
    transit_encryption_enabled: Option<bool>,
    transit_encryption_mode: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    at_rest_encryption_enabled: Option<bool>,
    auth_token: Option<Token>,
    #[serde(default, deserialize_with = "text::list")]
    user_group_ids: Vec<String>,
    cache_subnet_group_name: Option<String>,
    cache_parameter_group_name: Option<String>,
    #[serde(default, deserialize_with = "text::list")]
    security_group_ids: Vec<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    snapshot_retention_limit: Option<u32>,
    snapshot_window: Option<String>,
    pub(super) snapshot_name: Option<String>,
    preferred_maintenance_window: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    auto_minor_version_upgrade: Option<bool>,
    #[serde(default, deserialize_with = "text::parsed")]
    port: Option<u16>,
    #[serde(default, deserialize_with = "text::list")]
    tags: Vec<Tag>,
}

/// The shape of a group: shards, and nodes in each.
#[derive(Clone, Copy, Debug)]
struct Shape {
    cluster: bool,
    shards: usize,
    nodes: usize,
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}

fn clash(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterCombination", message)
}

/// Turns the parameters into a group with addresses and without processes.
pub(super) fn plan(input: Input, mut take: impl FnMut() -> Option<Ipv4Addr>) -> Result<Group, AwsError> {
    let id = group_id(&input.replication_group_id)?;
    let shape = shape(&input)?;
    let token = input.auth_token.map(Token::validated).transpose()?;
    let tls = input.transit_encryption_enabled.unwrap_or(false);
    if token.is_some() && !tls {
        return Err(clash("An AuthToken needs TransitEncryptionEnabled."));
    }
    let user_group = match input.user_group_ids.as_slice() {
        [] => None,
        [_] if token.is_some() => {
            return Err(clash("User group can't be associated with auth token enabled. Pass AuthStrategy delete."));
        }
        [_] if !tls => return Err(clash("A user group needs TransitEncryptionEnabled.")),
        [id] => Some(id.to_ascii_lowercase()),
        _ => return Err(invalid("A replication group has one user group at most.")),
    };
    let tls_mode = match (tls, input.transit_encryption_mode.as_deref()) {
        (true, None | Some("required")) => "required",
        (false, None) => "",
        (true, Some("preferred")) => return Err(invalid("TransitEncryptionMode preferred is not modelled")),
        _ => return Err(clash("TransitEncryptionMode needs TransitEncryptionEnabled, and is preferred or required.")),
    };
    let automatic_failover = input.automatic_failover_enabled.unwrap_or(false);
    let multi_az = input.multi_az_enabled.unwrap_or(false);
    if shape.cluster && !automatic_failover {
        return Err(clash("Automatic failover must be enabled for a group in cluster mode."));
    }
    if (multi_az || automatic_failover) && shape.nodes < 2 && !shape.cluster {
        return Err(clash("Automatic failover needs at least one replica."));
    }
    if multi_az && (!automatic_failover || shape.nodes < 2) {
        return Err(clash("Multi-AZ needs automatic failover and at least one replica."));
    }
    if input.port.is_some_and(|port| port != PORT) {
        return Err(invalid(format!("the sandbox has Port {PORT} only")));
    }
    let engine = input.engine.unwrap_or_else(|| "redis".to_owned());
    let default_version = match engine.as_str() {
        "redis" => "7.1.0",
        "valkey" => "8.0.1",
        other => return Err(invalid(format!("Engine {other:?} is not one of redis, valkey"))),
    };
    let settings = Settings {
        parameter_group: input.cache_parameter_group_name.unwrap_or_else(|| {
            let family = if engine == "redis" { "redis7" } else { "valkey8" };
            format!("default.{family}{}", if shape.cluster { ".cluster.on" } else { "" })
        }),
        engine,
        engine_version: input.engine_version.unwrap_or_else(|| default_version.to_owned()),
        node_type: input.cache_node_type.unwrap_or_else(|| "cache.t4g.micro".to_owned()),
        cluster: shape.cluster,
        automatic_failover,
        multi_az,
        tls,
        tls_mode: tls_mode.to_owned(),
        at_rest: input.at_rest_encryption_enabled.unwrap_or(false),
        subnet_group: input.cache_subnet_group_name.unwrap_or_else(|| "default".to_owned()),
        security_groups: input.security_group_ids,
        snapshot_retention: input.snapshot_retention_limit.unwrap_or(0),
        snapshot_window: input.snapshot_window.unwrap_or_else(|| "03:00-04:00".to_owned()),
        maintenance_window: input.preferred_maintenance_window.unwrap_or_else(|| "sun:05:00-sun:06:00".to_owned()),
        minor_upgrades: input.auto_minor_version_upgrade.unwrap_or(true),
    };
    let tags: BTreeMap<_, _> = read_tags(input.tags)?;
    let mut take =
        || take().ok_or_else(|| AwsError::new("InsufficientCacheClusterCapacity", "the loopback network is full"));
    let mut endpoint = || take().map(|address| Endpoint { address, port: PORT, gate: None });
    let configuration = if shape.cluster { Some(endpoint()?) } else { None };
    let (primary, reader) = if shape.cluster { (None, None) } else { (Some(endpoint()?), Some(endpoint()?)) };
    let mut shards = Vec::new();
    for index in 0..shape.shards {
        let members = (0..shape.nodes).map(|place| {
            let id = match shape.cluster {
                true => format!("{id}-{:04}-{:03}", index + 1, place + 1),
                false => format!("{id}-{:03}", place + 1),
            };
            let zone = format!("us-east-1{}", ["a", "b", "c"][(index + place) % 3]);
            Ok(Member { id, zone, address: take()?, node: None, joins: false })
        });
        shards.push(Shard {
            id: format!("{:04}", index + 1),
            slots: slots(index, shape.shards),
            members: members.collect::<Result<_, AwsError>>()?,
            primary: 0,
            primary_endpoint: primary.clone(),
            reader_endpoint: reader.clone(),
        });
    }
    Ok(Group::new(NewGroup {
        id,
        description: input.replication_group_description,
        settings,
        tokens: Tokens::new(token),
        user_group,
        shards,
        configuration,
        tags,
    }))
}

/// The id in lower case, if it is legal.
fn group_id(id: &str) -> Result<String, AwsError> {
    let legal = (1..=40).contains(&id.len())
        && id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !id.contains("--")
        && !id.ends_with('-');
    match legal {
        true => Ok(id.to_ascii_lowercase()),
        false => Err(invalid(
            "The parameter ReplicationGroupId is not a valid identifier. Identifiers have 1 to 40 letters, digits and \
             hyphens, begin with a letter, and have neither two hyphens in a row nor one at the end.",
        )),
    }
}

fn shape(input: &Input) -> Result<Shape, AwsError> {
    let many = input.num_node_groups.is_some_and(|count| count > 1);
    let cluster = match input.cluster_mode.as_deref() {
        None => many,
        Some("enabled") => true,
        Some("disabled") if many => return Err(clash("ClusterMode disabled has one node group.")),
        Some("disabled") => false,
        Some(other) => return Err(invalid(format!("ClusterMode {other:?} is not modelled"))),
    };
    let by_groups = input.num_node_groups.is_some() || input.replicas_per_node_group.is_some();
    let shape = match input.num_cache_clusters {
        Some(_) if by_groups => {
            return Err(clash("NumCacheClusters excludes NumNodeGroups and ReplicasPerNodeGroup."));
        }
        Some(_) if cluster => return Err(clash("A group in cluster mode has NumNodeGroups, not NumCacheClusters.")),
        Some(nodes) => Shape { cluster, shards: 1, nodes },
        None => Shape {
            cluster,
            shards: input.num_node_groups.unwrap_or(1),
            nodes: input.replicas_per_node_group.unwrap_or(0).saturating_add(1),
        },
    };
    if !(1..=6).contains(&shape.nodes) {
        return Err(invalid("A node group has 1 to 6 nodes."));
    }
    match shape.shards.saturating_mul(shape.nodes) {
        1..=MAX_NODES => Ok(shape),
        _ => Err(AwsError::new("NodeQuotaForClusterExceeded", format!("A group has 1 to {MAX_NODES} nodes."))),
    }
}

/// The hash slots of one shard: equal parts, in order.
fn slots(index: usize, shards: usize) -> (u16, u16) {
    let border = |place: usize| u16::try_from(place * usize::from(SLOTS) / shards).expect("at most all slots");
    (border(index), border(index + 1) - 1)
}
