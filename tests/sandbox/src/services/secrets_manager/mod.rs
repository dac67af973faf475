//! Secrets Manager: secrets, versions, stages, and rotation through a function in four steps.

use std::{sync::Arc, time::Duration};

use crate::{
    lambda::Runner,
    wire::{Answer, AwsError, Call},
};

/// How rotation behaves in time.
#[derive(Clone, Copy, Debug)]
pub struct RotationTiming {
    /// How often a rotation is tried before it is left failed.
    pub attempts: usize,
    /// The pause between two tries.
    pub retry_after: Duration,
}

/// The secrets of one sandbox.
#[derive(Debug)]
pub struct SecretsManager {
    runner: Arc<Runner>,
    timing: RotationTiming,
}

impl SecretsManager {
    /// An empty store, whose rotations call functions of this runner.
    pub(crate) fn new(runner: Arc<Runner>, timing: RotationTiming) -> Self {
        Self { runner, timing }
    }

    /// Carries out one call.
    pub(crate) async fn call(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        Err(AwsError::unknown_operation(&call.service, &call.operation))
    }
}
