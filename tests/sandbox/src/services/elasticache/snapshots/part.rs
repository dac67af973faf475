//! What a snapshot holds of one shard.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;

use crate::{redis::Node, services::elasticache::group::Shard};

/// The size that AWS counts in.
const MEGABYTE: usize = 1024 * 1024;

/// What a snapshot holds of one shard.
#[derive(Clone)]
pub(super) struct Part {
    /// The node that AWS names: a replica where there is one.
    pub(super) cluster: String,
    pub(super) shard: String,
    pub(super) slots: (u16, u16),
    /// The zones of the members, that of the primary first.
    pub(super) zones: Vec<String>,
    /// The nodes that hold the data, until it is taken; the best first.
    pub(super) nodes: Vec<Arc<Node>>,
    pub(super) data: Option<Data>,
}

/// The data of one shard.
#[derive(Clone)]
pub(super) struct Data {
    pub(super) taken: Timestamp,
    pub(super) rdb: Bytes,
}

impl Part {
    /// A shard before its data is taken.
    ///
    /// The data is the primary's: a replica may lag behind, and what a test finds would depend on the moment.
    pub(super) fn of(shard: &Shard) -> Self {
        let mut places: Vec<usize> = (0..shard.members.len()).collect();
        places.sort_by_key(|place| *place != shard.primary);
        let members: Vec<_> = places.into_iter().map(|place| &shard.members[place]).collect();
        Self {
            cluster: members.get(1).or(members.first()).map(|member| member.id.clone()).unwrap_or_default(),
            shard: shard.id.clone(),
            slots: shard.slots,
            zones: members.iter().map(|member| member.zone.clone()).collect(),
            nodes: members.iter().filter_map(|member| member.node.clone()).collect(),
            data: None,
        }
    }

    /// One node of the shard, if it has the node.
    pub(super) fn of_node(shard: &Shard, node: &str) -> Option<Self> {
        let member = shard.members.iter().find(|member| member.id == node)?;
        Some(Self {
            cluster: member.id.clone(),
            zones: vec![member.zone.clone()],
            nodes: member.node.iter().cloned().collect(),
            ..Self::of(shard)
        })
    }
}

impl Data {
    /// The size, as AWS writes it.
    pub(super) fn size(&self) -> String {
        format!("{} MB", self.rdb.len().div_ceil(MEGABYTE))
    }
}

/// Omits the data.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("cluster", &self.cluster).field("shard", &self.shard).finish_non_exhaustive()
    }
}
