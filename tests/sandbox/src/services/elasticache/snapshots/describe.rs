//! `DescribeSnapshots`: the state of a moment ago, as on AWS.

use serde::Deserialize;

use super::{Kind, Snapshot, invalid, render};
use crate::{
    services::elasticache::{ElastiCache, State, describe::no_cluster, group::Group, page::page_by_name, text},
    wire::{Answer, AwsError, Call, Element},
};

/// The most snapshots of one answer, and how many there are where a caller does not say.
const MAX_RECORDS: usize = 50;

/// The parameters.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeSnapshots.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    replication_group_id: Option<String>,
    cache_cluster_id: Option<String>,
    snapshot_name: Option<String>,
    snapshot_source: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    show_node_group_config: Option<bool>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_records: Option<usize>,
    marker: Option<String>,
}

impl ElastiCache {
    /// `DescribeSnapshots`. Those of groups that are gone are found too, by the id of the group.
    pub(in super::super) fn describe_snapshots(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let size = input.max_records.unwrap_or(MAX_RECORDS);
        if !(20..=MAX_RECORDS).contains(&size) {
            return Err(invalid(format!("The parameter MaxRecords must be between 20 and {MAX_RECORDS}.")));
        }
        let kind = match input.snapshot_source.as_deref() {
            None => None,
            Some("user") => Some(Kind::Manual),
            Some("system") => Some(Kind::Automated),
            Some(_) => return Err(invalid("SnapshotSource is not one of user, system.")),
        };
        let lower = |id: Option<String>| id.map(|id| id.to_ascii_lowercase());
        let (group, cluster) = (lower(input.replication_group_id), lower(input.cache_cluster_id));
        let state = self.state();
        if let Some(cluster) = &cluster {
            state.cluster_must_be_known(cluster)?;
        }
        let name = input.snapshot_name.map(|name| Ok(state.snapshot(&name)?.name.clone())).transpose()?;
        let wanted = |snapshot: &&Snapshot| {
            name.as_ref().is_none_or(|name| snapshot.name == *name)
                && kind.is_none_or(|kind| snapshot.kind == kind)
                && cluster.as_deref().is_none_or(|id| snapshot.is_of_node(id))
                && group.as_deref().is_none_or(|id| snapshot.is_of_group(id))
        };
        let found = state.snapshots.values().filter(wanted);
        let (found, next) = page_by_name(found, |snapshot| &snapshot.name, size, input.marker.as_deref())
            .ok_or_else(|| invalid("The parameter Marker is not one that this operation gave."))?;
        let show = input.show_node_group_config.unwrap_or(false);
        let render = |snapshot: &Snapshot| render::listed(snapshot, &snapshot.seen(state.timing.stale), show);
        let mut answer = vec![Element::parent("Snapshots", found.into_iter().map(render))];
        answer.extend(next.map(|marker| Element::text("Marker", marker)));
        Ok(Answer::xml(answer))
    }
}

impl State {
    /// Refuses the id of a node that there is not, and of which there is no snapshot either.
    fn cluster_must_be_known(&self, id: &str) -> Result<(), AwsError> {
        let mut members = self.groups.values().flat_map(Group::members);
        let known = members.any(|(_, member)| member.id == id)
            || self.snapshots.values().any(|snapshot| snapshot.is_of_node(id));
        known.then_some(()).ok_or_else(|| no_cluster(id))
    }
}
