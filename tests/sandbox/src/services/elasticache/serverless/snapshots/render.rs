//! Snapshots of serverless caches as XML.

use jiff::SignedDuration;

use super::{Kind, Snapshot};
use crate::{services::elasticache::render::time, wire::Element};

/// For how long an automated snapshot is kept.
const RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// One snapshot in the answer of a call that creates, copies or deletes it.
pub(super) fn snapshot(snapshot: &Snapshot) -> Element {
    listed(snapshot, &snapshot.status)
}

/// One snapshot with this status. A manual one does not expire.
pub(super) fn listed(snapshot: &Snapshot, status: &str) -> Element {
    let Snapshot { name, kind, cache, engine, version, key, created, rdb, .. } = snapshot;
    let configuration = [
        Element::text("ServerlessCacheName", cache),
        Element::text("Engine", engine),
        Element::text("MajorEngineVersion", version),
    ];
    let mut children = vec![
        Element::text("ServerlessCacheSnapshotName", name),
        Element::text("ARN", snapshot.arn()),
        Element::text("SnapshotType", kind),
        Element::text("Status", status),
        Element::text("CreateTime", time(*created)),
        Element::parent("ServerlessCacheConfiguration", configuration),
    ];
    children.extend(key.as_ref().map(|key| Element::text("KmsKeyId", key)));
    if *kind == Kind::Automated {
        children.push(Element::text("ExpiryTime", time(*created + RETENTION)));
    }
    if let (Some(rdb), true) = (rdb, status != "creating") {
        children.push(Element::text("BytesUsedForCache", rdb.len()));
    }
    Element::parent("ServerlessCacheSnapshot", children)
}
