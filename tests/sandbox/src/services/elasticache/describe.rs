//! `DescribeReplicationGroups` and `DescribeCacheClusters`: the state of a moment ago, as on AWS.

use hyper::StatusCode;
use serde::Deserialize;

use super::{
    ElastiCache, State,
    group::{Group, View},
    page::page,
    render, text,
};
use crate::wire::{Answer, AwsError, Call, Element};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Groups {
    replication_group_id: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_records: Option<usize>,
    marker: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Clusters {
    cache_cluster_id: Option<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    show_cache_node_info: Option<bool>,
    #[serde(default, deserialize_with = "text::parsed")]
    show_cache_clusters_not_in_replication_groups: Option<bool>,
    #[serde(default, deserialize_with = "text::parsed")]
    max_records: Option<usize>,
    marker: Option<String>,
}

impl State {
    /// What Describe calls show of a group at this moment.
    fn seen(&self, group: &Group) -> View {
        let mut view = group.seen(self.timing.stale);
        if self.lies && view.status == "modifying" {
            view.status = "available".to_owned();
            view.pending = None;
        }
        view
    }
}

impl ElastiCache {
    /// `DescribeReplicationGroups`.
    pub(super) fn describe_groups(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Groups = call.input()?;
        let state = self.state();
        let render = |group: &Group| render::group(group, &state.seen(group));
        let groups: Vec<Element> = match &input.replication_group_id {
            Some(id) => vec![render(state.group(id)?)],
            None => state.groups.values().map(render).collect(),
        };
        let (groups, marker) = page(groups, input.max_records, input.marker.as_deref())?;
        let mut answer = vec![Element::parent("ReplicationGroups", groups)];
        answer.extend(marker);
        Ok(Answer::xml(answer))
    }

    /// `DescribeCacheClusters`; every node of the sandbox is in a group.
    pub(super) fn describe_clusters(&self, call: &Call) -> Result<Answer, AwsError> {
        let input: Clusters = call.input()?;
        let state = self.state();
        let show_nodes = input.show_cache_node_info.unwrap_or(false);
        let seen: Vec<_> = state.groups.values().map(|group| (group, state.seen(group))).collect();
        let all = seen.iter().flat_map(|(group, view)| view.members().map(move |member| (group, member, view)));
        let found: Vec<_> = match input.cache_cluster_id.map(|id| id.to_ascii_lowercase()) {
            Some(id) => {
                let found: Vec<_> = all.filter(|(_, member, _)| member.id == id).collect();
                if found.is_empty() {
                    return Err(no_cluster(&id));
                }
                found
            }
            None if input.show_cache_clusters_not_in_replication_groups.unwrap_or(false) => Vec::new(),
            None => all.collect(),
        };
        let (found, marker) = page(found, input.max_records, input.marker.as_deref())?;
        let clusters =
            found.into_iter().map(|(group, member, view)| render::cache_cluster(group, member, view, show_nodes));
        let mut answer = vec![Element::parent("CacheClusters", clusters)];
        answer.extend(marker);
        Ok(Answer::xml(answer))
    }
}

/// The error for a node that there is not.
pub(super) fn no_cluster(id: &str) -> AwsError {
    AwsError::new("CacheClusterNotFound", format!("CacheCluster not found: {id}")).with_status(StatusCode::NOT_FOUND)
}
