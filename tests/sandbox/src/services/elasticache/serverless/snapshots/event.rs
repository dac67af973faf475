//! The events of snapshots: in `DescribeEvents`, and on EventBridge.

use serde_json::json;

use super::Snapshot;
use crate::{
    chance,
    services::{elasticache::events::Source, eventbridge::Event},
};

/// What the events are about.
pub(super) const SOURCE: Source = Source::CacheSnapshot;

/// The event of a snapshot that became available.
pub(super) fn created(snapshot: &Snapshot) -> Event {
    let message = format!("Snapshot {} is successfully created from cache {}.", snapshot.name, snapshot.cache);
    event(snapshot, "Snapshot Created", "creation", &message)
}

/// The event of a snapshot that could not be taken.
pub(super) fn failed(snapshot: &Snapshot) -> Event {
    let message = format!("Unable to create snapshot {} from cache {}.", snapshot.name, snapshot.cache);
    event(snapshot, "Snapshot Creation Failed", "failure", &message)
}

/// AWS documents the names of the events and the keys of the detail, and no example of one.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-elasticache.html>
/// <https://docs.aws.amazon.com/cdk/api/v2/docs/@aws-cdk_mixins-preview.aws_elasticache.events.SnapshotCreated.html>
fn event(snapshot: &Snapshot, detail_type: &'static str, category: &str, message: &str) -> Event {
    let detail = json!({
        "EventCategories": [category],
        "EventID": chance::uuid().to_string(),
        "EventMetadata": {},
        "Message": message,
        "SourceArn": snapshot.arn(),
        "SourceIdentifier": snapshot.name,
        "SourceType": SOURCE.text(),
    });
    Event { source: "aws.elasticache", detail_type, resources: vec![snapshot.arn()], detail }
}
