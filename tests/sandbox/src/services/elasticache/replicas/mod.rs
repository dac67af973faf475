//! `IncreaseReplicaCount` and `DecreaseReplicaCount`: the parameters, and what AWS refuses.

mod join;
mod leave;

use serde::Deserialize;

use super::{group::Group, text};
use crate::wire::AwsError;

/// The most replicas of a shard.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ConfigureShard.html>
const MOST: usize = 5;

/// The parameters of both, as far as the sandbox models them; others are refused.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DecreaseReplicaCount.html>
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Input {
    replication_group_id: String,
    #[serde(default, deserialize_with = "text::parsed")]
    new_replica_count: Option<usize>,
    #[serde(default, deserialize_with = "text::list")]
    replica_configuration: Vec<ConfigureShard>,
    /// Of `DecreaseReplicaCount` only.
    #[serde(default, deserialize_with = "text::list")]
    replicas_to_remove: Vec<String>,
    #[serde(default, deserialize_with = "text::parsed")]
    apply_immediately: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ConfigureShard {
    node_group_id: String,
    #[serde(deserialize_with = "text::number")]
    new_replica_count: usize,
}

impl Input {
    /// The number of replicas that each shard is to have.
    fn counts(&self, group: &Group) -> Result<Vec<usize>, AwsError> {
        let mut counts: Vec<_> = group.shards.iter().map(|shard| shard.members.len() - 1).collect();
        match (self.new_replica_count, self.replica_configuration.as_slice()) {
            (Some(count), []) => counts.fill(count),
            (None, shards @ [_, ..]) => {
                for ConfigureShard { node_group_id, new_replica_count } in shards {
                    let place = group.shards.iter().position(|shard| shard.id == *node_group_id);
                    let place = place.ok_or_else(|| invalid(format!("Node group {node_group_id} not found.")))?;
                    counts[place] = *new_replica_count;
                }
            }
            _ => return Err(clash("Either NewReplicaCount or ReplicaConfiguration must be given.")),
        }
        match counts.iter().all(|count| *count <= MOST) {
            true => Ok(counts),
            false => Err(invalid(format!("A node group has {MOST} replicas at most."))),
        }
    }

    /// Refuses a change that is not to be made at once, and one of a group that is busy.
    fn check(&self, group: &Group) -> Result<(), AwsError> {
        match self.apply_immediately {
            Some(true) => group.must_be_available(),
            Some(false) => Err(invalid("ApplyImmediately=False is not currently supported.")),
            None => Err(invalid("The request must contain the parameter ApplyImmediately.")),
        }
    }
}

/// The group has the number of replicas already.
fn nothing_to_do() -> AwsError {
    AwsError::new("NoOperationFault", "The operation was not performed because no changes were required.")
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}

fn clash(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterCombination", message)
}
