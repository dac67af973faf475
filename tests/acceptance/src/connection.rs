//! The compiled `sync-connection` on a stage.

use sandbox::lambda::{Invocation, InvocationResult};
use serde_json::{Value, json};

use crate::{Outcome, Stage, run::scheduled};

/// The function.
pub const NAME: &str = "sync-connection";

/// How often the function may be invoked before it must be done.
const RUNS: usize = 15;

/// Invokes the function with an event.
pub async fn invoke(stage: &Stage, event: &Value) -> Invocation {
    stage.invoke(NAME, event).await
}

/// Invokes the function with an event and returns its outcome.
///
/// # Panics
/// It fails.
pub async fn outcome_of(stage: &Stage, event: &Value) -> Outcome {
    stage.outcome_of(NAME, event).await
}

/// Invokes the function as a schedule does and returns its outcome.
///
/// # Panics
/// It fails.
pub async fn sync(stage: &Stage) -> Outcome {
    outcome_of(stage, &scheduled()).await
}

/// Invokes the function for a dry run and returns its outcome.
///
/// # Panics
/// It fails.
pub async fn dry_run(stage: &Stage) -> Outcome {
    outcome_of(stage, &json!({ "target": "orders", "dry_run": true })).await
}

/// Invokes the function with an event, again while it fails, and returns its last outcome.
///
/// # Panics
/// It fails every time.
pub async fn with_retries(stage: &Stage, event: &Value) -> Outcome {
    stage.outcome_with_retries(NAME, event).await
}

/// Invokes the function as a schedule does, again while it fails or waits, and returns its last outcome.
///
/// # Panics
/// It fails or waits every time.
pub async fn sync_until_done(stage: &Stage) -> Outcome {
    for _ in 0..RUNS {
        let invocation = invoke(stage, &scheduled()).await;
        if let InvocationResult::Returned(_) = invocation.result {
            let outcome = Outcome::of(invocation);
            if outcome.status() != "waiting" {
                return outcome;
            }
        }
    }
    panic!("{:?}", stage.sandbox.runner.invocations().pop())
}
