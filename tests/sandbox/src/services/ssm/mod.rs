//! SSM Parameter Store.

use crate::wire::{Answer, AwsError, Call};

/// The parameters of one sandbox.
#[derive(Debug, Default)]
pub struct Ssm {}

impl Ssm {
    /// Carries out one call.
    pub(crate) fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        Err(AwsError::unknown_operation(&call.service, &call.operation))
    }
}
