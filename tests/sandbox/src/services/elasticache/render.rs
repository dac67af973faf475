//! Groups and nodes as XML.

use jiff::Timestamp;

use super::group::{Group, Member, Shard, View};
use crate::{
    redis::PORT,
    services::{ACCOUNT, REGION},
    wire::Element,
};

/// A time as AWS writes it.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A list of plain texts.
pub(super) fn names(name: &str, texts: impl IntoIterator<Item = impl ToString>) -> Element {
    Element::parent(name, texts.into_iter().map(|text| Element::text("member", text)))
}

/// A node's own endpoint, or one of a group.
fn endpoint(name: &str, address: impl ToString) -> Element {
    endpoint_at(name, address, PORT)
}

/// An endpoint on any port.
pub(super) fn endpoint_at(name: &str, address: impl ToString, port: u16) -> Element {
    Element::parent(name, [Element::text("Address", address), Element::text("Port", port)])
}

pub(super) fn enabled(on: bool) -> &'static str {
    if on { "enabled" } else { "disabled" }
}

/// One group, as this view of it shows it.
pub(super) fn group(group: &Group, view: &View) -> Element {
    let mut children = members(group, view);
    children.push(Element::text("AuthTokenEnabled", view.auth));
    Element::parent("ReplicationGroup", children)
}

/// The group in the answer of a call that changes or deletes it, which does not say whether it has a token.
pub(super) fn changed_group(group: &Group, view: &View) -> Element {
    Element::parent("ReplicationGroup", members(group, view))
}

/// The members of a group, but for `AuthTokenEnabled`. A group that is being deleted has no nodes any more.
fn members(group: &Group, view: &View) -> Vec<Element> {
    let Group { id, settings, created, configuration, shards, user_group, .. } = group;
    let there = !["creating", "deleting"].contains(&view.status.as_str());
    let node_groups = shards
        .iter()
        .zip(&view.shards)
        .map(|(shard, (members, primary))| node_group(shard, members, *primary, settings.cluster, view));
    let mut children = vec![
        Element::text("ReplicationGroupId", id),
        Element::text("Description", &view.description),
        Element::text("Status", &view.status),
        Element::parent("PendingModifiedValues", view.pending.map(|status| Element::text("AuthTokenStatus", status))),
        Element::text("AutomaticFailover", enabled(settings.automatic_failover)),
        Element::text("MultiAZ", enabled(settings.multi_az)),
        Element::text("SnapshotRetentionLimit", settings.snapshot_retention),
        Element::text("SnapshotWindow", &settings.snapshot_window),
        Element::text("TransitEncryptionEnabled", settings.tls),
        Element::text("AtRestEncryptionEnabled", settings.at_rest),
        Element::text("ARN", group.arn()),
        Element::text("ReplicationGroupCreateTime", time(*created)),
        Element::text("DataTiering", "disabled"),
        Element::text("AutoMinorVersionUpgrade", settings.minor_upgrades),
        Element::text("NetworkType", "ipv4"),
        Element::text("IpDiscovery", "ipv4"),
        Element::text("ClusterMode", enabled(settings.cluster)),
        Element::text("Engine", &settings.engine),
        Element::parent("GlobalReplicationGroupInfo", []),
        Element::parent("LogDeliveryConfigurations", []),
    ];
    if view.status != "deleting" {
        let clusters = view.members().map(|member| Element::text("ClusterId", &member.id));
        children.extend([
            Element::parent("MemberClusters", clusters),
            Element::parent("NodeGroups", node_groups.map(|children| Element::parent("NodeGroup", children))),
            Element::text("ClusterEnabled", settings.cluster),
            Element::text("CacheNodeType", &settings.node_type),
        ]);
    }
    children.extend(view.token_date.map(|at| Element::text("AuthTokenLastModifiedDate", time(at))));
    if let Some(user_group) = user_group {
        children.push(names("UserGroupIds", [user_group]));
    }
    if settings.tls {
        children.push(Element::text("TransitEncryptionMode", &settings.tls_mode));
    }
    if let (true, Some(configuration)) = (there, configuration) {
        children.push(endpoint("ConfigurationEndpoint", configuration.address));
    }
    children
}

/// A shard. In cluster mode it has slots, and no endpoints or roles: clients ask the cluster itself. A node that joins has neither yet.
fn node_group(shard: &Shard, members: &[Member], primary: usize, cluster: bool, view: &View) -> Vec<Element> {
    let there = view.status != "creating";
    // The nodes of a group that is being modified are available.
    let status = if view.status == "modifying" { "available" } else { &view.status };
    let members = members.iter().enumerate().map(|(place, member)| {
        let mut children = vec![
            Element::text("CacheClusterId", &member.id),
            Element::text("CacheNodeId", "0001"),
            Element::text("PreferredAvailabilityZone", &member.zone),
        ];
        if !cluster && there && !member.joins {
            children.push(endpoint("ReadEndpoint", member.address));
            children.push(Element::text("CurrentRole", if place == primary { "primary" } else { "replica" }));
        }
        Element::parent("NodeGroupMember", children)
    });
    let slots = cluster.then(|| Element::text("Slots", format!("{}-{}", shard.slots.0, shard.slots.1)));
    let primary = shard.primary_endpoint.as_ref().filter(|_| there);
    let reader = shard.reader_endpoint.as_ref().filter(|_| there);
    [
        Some(Element::text("NodeGroupId", &shard.id)),
        Some(Element::text("Status", status)),
        primary.map(|at| endpoint("PrimaryEndpoint", at.address)),
        reader.map(|at| endpoint("ReaderEndpoint", at.address)),
        slots,
        Some(Element::parent("NodeGroupMembers", members)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// One node of a group, as `DescribeCacheClusters` shows it.
pub(super) fn cache_cluster(group: &Group, member: &Member, view: &View, show_nodes: bool) -> Element {
    let Group { id, settings, created, .. } = group;
    let status = if member.joins { "creating" } else { &view.status };
    let security_groups = settings.security_groups.iter().map(|group| {
        Element::parent("member", [Element::text("SecurityGroupId", group), Element::text("Status", "active")])
    });
    let parameter_group = [
        Element::text("CacheParameterGroupName", &settings.parameter_group),
        Element::text("ParameterApplyStatus", "in-sync"),
    ];
    let mut children = vec![
        Element::text("CacheClusterId", &member.id),
        Element::text("CacheNodeType", &settings.node_type),
        Element::text("Engine", &settings.engine),
        Element::text("EngineVersion", &settings.engine_version),
        Element::text("CacheClusterStatus", status),
        Element::text("NumCacheNodes", 1),
        Element::text("PreferredAvailabilityZone", &member.zone),
        Element::text("CacheClusterCreateTime", time(*created)),
        Element::text("PreferredMaintenanceWindow", &settings.maintenance_window),
        Element::parent("PendingModifiedValues", []),
        Element::parent("CacheSecurityGroups", []),
        Element::parent("CacheParameterGroup", parameter_group),
        Element::text("CacheSubnetGroupName", &settings.subnet_group),
        Element::text("AutoMinorVersionUpgrade", settings.minor_upgrades),
        Element::parent("SecurityGroups", security_groups),
        Element::text("ReplicationGroupId", id),
        Element::text("SnapshotRetentionLimit", settings.snapshot_retention),
        Element::text("SnapshotWindow", &settings.snapshot_window),
        Element::text("AuthTokenEnabled", view.auth),
        Element::text("TransitEncryptionEnabled", settings.tls),
        Element::text("AtRestEncryptionEnabled", settings.at_rest),
        Element::text("ARN", format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:cluster:{}", member.id)),
        Element::text("ReplicationGroupLogDeliveryEnabled", false),
        Element::text("NetworkType", "ipv4"),
        Element::text("IpDiscovery", "ipv4"),
    ];
    children.extend(view.token_date.map(|at| Element::text("AuthTokenLastModifiedDate", time(at))));
    if settings.tls {
        children.push(Element::text("TransitEncryptionMode", &settings.tls_mode));
    }
    if show_nodes {
        let mut node = vec![
            Element::text("CacheNodeId", "0001"),
            Element::text("CacheNodeStatus", status),
            Element::text("CacheNodeCreateTime", time(*created)),
            Element::text("ParameterGroupStatus", "in-sync"),
            Element::text("CustomerAvailabilityZone", &member.zone),
        ];
        if status != "creating" {
            node.push(endpoint("Endpoint", member.address));
        }
        children.push(Element::parent("CacheNodes", [Element::parent("CacheNode", node)]));
    }
    Element::parent("CacheCluster", children)
}
