//! ElastiCache: replication groups whose nodes are real Redis processes.

use std::{sync::Arc, time::Duration};

use crate::{
    redis::Fleet,
    wire::{Answer, AwsError, Call},
};

/// How long things take, and for how long answers lag behind.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// From `CreateReplicationGroup` to `available`.
    pub create: Duration,
    /// From `ModifyReplicationGroup` until the first node has the change; the status is `modifying` meanwhile.
    pub modify: Duration,
    /// Between one node and the next while a change spreads.
    pub spread: Duration,
    /// For how long Describe calls still show what was before a change: the status can read `available` too early.
    pub stale: Duration,
}

/// The ElastiCache of one sandbox.
#[derive(Debug)]
pub struct ElastiCache {
    fleet: Arc<Fleet>,
    timing: Timing,
}

impl ElastiCache {
    /// An empty ElastiCache, whose nodes run in this fleet.
    pub(crate) fn new(fleet: Arc<Fleet>, timing: Timing) -> Self {
        Self { fleet, timing }
    }

    /// Carries out one call.
    pub(crate) async fn call(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        Err(AwsError::unknown_operation(&call.service, &call.operation))
    }
}
