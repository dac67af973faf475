//! Snapshots as XML.

use super::{Snapshot, View, part::Part};
use crate::{
    redis::PORT,
    services::elasticache::render::{enabled, time},
    wire::Element,
};

/// One snapshot in the answer of a call that creates, copies or deletes it.
pub(super) fn snapshot(snapshot: &Snapshot, view: &View) -> Element {
    listed(snapshot, view, false)
}

/// One snapshot, as this view of it shows it. It says when its data was taken for each shard only.
pub(super) fn listed(snapshot: &Snapshot, view: &View, show_configuration: bool) -> Element {
    let Snapshot { name, kind, origin, key, parts, .. } = snapshot;
    let settings = &origin.settings;
    let failover = origin.cluster.is_none() && settings.automatic_failover;
    let mut children = vec![
        Element::text("SnapshotName", name),
        Element::text("SnapshotStatus", &view.status),
        Element::text("SnapshotSource", kind),
        Element::text("CacheNodeType", &settings.node_type),
        Element::text("Engine", &settings.engine),
        Element::text("EngineVersion", &settings.engine_version),
        Element::text("PreferredMaintenanceWindow", &settings.maintenance_window),
        Element::text("Port", PORT),
        Element::text("CacheParameterGroupName", &settings.parameter_group),
        Element::text("CacheSubnetGroupName", &settings.subnet_group),
        Element::text("AutoMinorVersionUpgrade", settings.minor_upgrades),
        Element::text("SnapshotRetentionLimit", settings.snapshot_retention),
        Element::text("SnapshotWindow", &settings.snapshot_window),
        Element::text("AutomaticFailover", enabled(failover)),
        Element::text("ARN", snapshot.arn()),
        Element::text("DataTiering", "disabled"),
    ];
    match &origin.cluster {
        Some(cluster) => children.extend([
            Element::text("CacheClusterId", cluster),
            Element::text("CacheClusterCreateTime", time(origin.created)),
            Element::text("NumCacheNodes", 1),
        ]),
        None => children.extend([
            Element::text("ReplicationGroupId", &origin.group),
            Element::text("ReplicationGroupDescription", &origin.description),
            Element::text("NumNodeGroups", parts.len()),
        ]),
    }
    children.extend(key.as_ref().map(|key| Element::text("KmsKeyId", key)));
    let nodes = parts.iter().map(|part| node(snapshot, part, view, show_configuration));
    children.push(Element::parent("NodeSnapshots", nodes));
    Element::parent("Snapshot", children)
}

/// The snapshot of one shard. Until its data is taken, it has an empty size and no time.
fn node(snapshot: &Snapshot, part: &Part, view: &View, show_configuration: bool) -> Element {
    let origin = &snapshot.origin;
    let data = part.data.as_ref().filter(|_| view.status != "creating");
    let mut children = vec![
        Element::text("CacheNodeId", "0001"),
        Element::text("CacheSize", data.map(|data| data.size()).unwrap_or_default()),
        Element::text("CacheNodeCreateTime", time(origin.created)),
    ];
    if origin.cluster.is_none() {
        children.push(Element::text("CacheClusterId", &part.cluster));
        children.push(Element::text("NodeGroupId", &part.shard));
    }
    if show_configuration {
        children.push(configuration(part, origin.settings.cluster));
    }
    children.extend(data.map(|data| Element::text("SnapshotCreateTime", time(data.taken))));
    Element::parent("NodeSnapshot", children)
}

/// The configuration of a shard. Only one in cluster mode has slots.
fn configuration(part: &Part, cluster: bool) -> Element {
    let (primary, replicas) = part.zones.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
    let mut children = vec![
        Element::text("NodeGroupId", &part.shard),
        Element::text("ReplicaCount", replicas.len()),
        Element::parent(
            "ReplicaAvailabilityZones",
            replicas.iter().map(|zone| Element::text("AvailabilityZone", zone)),
        ),
    ];
    children.extend(cluster.then(|| Element::text("Slots", format!("{}-{}", part.slots.0, part.slots.1))));
    children.extend(primary.map(|zone| Element::text("PrimaryAvailabilityZone", zone)));
    Element::parent("NodeGroupConfiguration", children)
}
