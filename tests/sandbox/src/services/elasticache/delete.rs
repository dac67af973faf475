//! `DeleteReplicationGroup`.

use std::{net::Ipv4Addr, sync::Arc};

use serde::Deserialize;
use tokio::time::sleep;

use super::{
    ElastiCache,
    events::{Event, Source},
    group::Endpoint,
    render,
};
use crate::wire::{Answer, AwsError, Call};

/// The parameters, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteReplicationGroup.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    replication_group_id: String,
    final_snapshot_identifier: Option<String>,
}

impl ElastiCache {
    /// `DeleteReplicationGroup`: `deleting` at once and for a while, then not found. The automated snapshots go with the group.
    pub(super) fn delete(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        let input: Input = call.input()?;
        let mut state = this.state();
        let group = state.group(&input.replication_group_id)?;
        if group.status() != "create-failed" {
            group.must_be_available()?;
        }
        let id = group.id.clone();
        let name = input.final_snapshot_identifier;
        let last = name.map(|name| state.snapshot_of_group(&id, &name)).transpose()?;
        let last = last.map(|snapshot| state.show_snapshot(snapshot));
        let work = state.begin(&id, "deleting")?;
        let group = state.group_mut(&id)?;
        group.busy.retain(|(other, _)| *other == work);
        group.show_deletion();
        let answer = Answer::xml(vec![render::changed_group(group, &group.view())]);
        let members: Vec<_> = group.members().map(|(_, member)| member.address).collect();
        let endpoints: Vec<_> = group.endpoints().cloned().collect();
        let least = state.timing.modify;
        drop(state);
        let this = this.clone();
        tokio::spawn(async move {
            if let Some(name) = last {
                this.take_snapshot(&name).await;
            }
            tokio::join!(this.clear(members, endpoints), sleep(least));
            let mut state = this.state();
            state.groups.remove(&id);
            state.forget_automated_snapshots(&id);
            state.events.push(Event::now(Source::Group, &id, "Replication group deleted"));
        });
        Ok(answer)
    }

    /// Ends nodes and closes endpoints, and gives their addresses back.
    pub(super) async fn clear(&self, members: Vec<Ipv4Addr>, endpoints: Vec<Endpoint>) {
        for address in members {
            match self.fleet.node(address) {
                Some(node) => self.fleet.remove_node(&node).await,
                // It could not be created.
                None => self.fleet.give_back(address),
            }
        }
        for gate in endpoints.iter().filter_map(|endpoint| endpoint.gate.as_ref()) {
            gate.close().await;
        }
        // Only now: two endpoints may share an address.
        endpoints.iter().for_each(|endpoint| self.fleet.give_back(endpoint.address));
    }
}
