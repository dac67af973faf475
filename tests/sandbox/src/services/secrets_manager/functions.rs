//! The functions that rotations call: those of the runner, or closures in unit tests.

use std::{fmt, sync::Arc};

use futures::future::BoxFuture;
use serde_json::Value;

use crate::lambda::{InvocationResult, Runner};

/// How a step failed: error type and message.
pub(super) type StepResult = Result<(), (String, String)>;

type Has = dyn Fn(&str) -> bool + Send + Sync;
type Invoke = dyn Fn(String, Value, &'static str) -> BoxFuture<'static, StepResult> + Send + Sync;

/// Whether a function exists, and how it is invoked.
#[derive(Clone)]
pub(super) struct Functions {
    has: Arc<Has>,
    invoke: Arc<Invoke>,
}

impl Functions {
    pub(super) fn new(
        has: impl Fn(&str) -> bool + Send + Sync + 'static,
        invoke: impl Fn(String, Value, &'static str) -> BoxFuture<'static, StepResult> + Send + Sync + 'static,
    ) -> Self {
        Self { has: Arc::new(has), invoke: Arc::new(invoke) }
    }

    /// The functions of a runner.
    pub(super) fn of(runner: &Arc<Runner>) -> Self {
        let (known, runner) = (runner.clone(), runner.clone());
        Self::new(
            move |name| known.has(name),
            move |name, event, step| {
                let runner = runner.clone();
                Box::pin(async move {
                    match runner.invoke(&name, &event, step).await.result {
                        InvocationResult::Returned(_) => Ok(()),
                        InvocationResult::Failed { error_type, message } => Err((error_type, message)),
                    }
                })
            },
        )
    }

    /// Whether there is a function of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        (self.has)(name)
    }

    /// Runs one step.
    pub(super) async fn invoke(&self, lambda_arn: &str, event: Value, step: &'static str) -> StepResult {
        (self.invoke)(name_of(lambda_arn).to_owned(), event, step).await
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Functions").finish_non_exhaustive()
    }
}

/// The name of a function, from its ARN.
pub(super) fn name_of(lambda_arn: &str) -> &str {
    lambda_arn.rsplit(':').next().unwrap_or(lambda_arn)
}
