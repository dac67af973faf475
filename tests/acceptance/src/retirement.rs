//! The compiled `retire-credential` on a stage.

use std::{collections::BTreeMap, time::Duration};

use sandbox::lambda::{Function, Invocation, InvocationResult};
use serde_json::{Value, json};

use crate::{Stage, StageOptions, program};

/// The function.
pub const NAME: &str = "retire-credential";

/// Our own staging label.
pub const RETIRED: &str = "redis-lifecycle-retired";

/// How often the platform tries again, and more: every try must leave less to do.
const TRIES: usize = 5;

/// A stage whose credential was rotated once, with the function deployed and no overlap to wait for.
///
/// # Panics
/// Something of it cannot be made.
pub async fn rotated(options: StageOptions) -> Stage {
    let stage = Stage::set(options).await;
    deploy(&stage, Duration::from_secs(30), BTreeMap::new());
    settle(&stage, 0, &[]).await;
    assert!(stage.rotate().await.succeeded, "the stage is rotated");
    stage
}

/// Deploys the function with this timeout and environment.
pub fn deploy(stage: &Stage, timeout: Duration, environment: BTreeMap<String, String>) {
    let function = Function { name: NAME.to_owned(), binary: program(NAME), timeout, environment };
    stage.sandbox.runner.add(function);
}

/// Puts the settings again, with this overlap and these consumers.
///
/// # Panics
/// They are refused.
pub async fn settle(stage: &Stage, overlap_s: u64, consumers: &[Value]) {
    let mut document = serde_json::to_value(&stage.target.target).expect("settings are JSON");
    document["retirement"] = json!({ "overlap_s": overlap_s });
    document["consumers"] = json!(consumers);
    stage.put_settings(&document).await;
}

/// Runs the function on an event, once.
pub async fn invoke(stage: &Stage, event: &Value) -> Invocation {
    stage.sandbox.runner.invoke(NAME, event, "retire").await
}

/// Runs the function on an event once, and gives its outcome.
///
/// # Panics
/// It fails.
pub async fn outcome_of(stage: &Stage, event: &Value) -> Value {
    let invocation = invoke(stage, event).await;
    match invocation.result {
        InvocationResult::Returned(outcome) => outcome,
        InvocationResult::Failed { .. } => panic!("{invocation:?}"),
    }
}

/// Runs the function as a schedule does, once, and gives its outcome.
///
/// # Panics
/// It fails.
pub async fn retire(stage: &Stage) -> Value {
    outcome_of(stage, &json!({ "target": "orders" })).await
}

/// Runs the function as a schedule does, again wherever it fails, and gives its last outcome.
///
/// # Panics
/// It goes on failing.
pub async fn retire_with_retries(stage: &Stage) -> Value {
    for _ in 0..TRIES {
        if let InvocationResult::Returned(outcome) = invoke(stage, &json!({ "target": "orders" })).await.result {
            return outcome;
        }
    }
    panic!("{:?}", stage.sandbox.runner.invocations().pop())
}

/// What was done, by an outcome's own word.
pub fn done(outcome: &Value) -> Vec<&str> {
    outcome["done"].as_array().into_iter().flatten().filter_map(|action| action["what"].as_str()).collect()
}

/// What is waited for, by an outcome's own word.
pub fn waiting_for(outcome: &Value) -> Vec<&str> {
    outcome["waiting"].as_array().into_iter().flatten().filter_map(|waiting| waiting["for"].as_str()).collect()
}

/// The labels of the version that AWSPREVIOUS is on.
///
/// # Panics
/// It is on none.
pub async fn labels_of_previous(stage: &Stage) -> Vec<String> {
    let described = stage.secrets.describe_secret().secret_id(&stage.target.secret_arn).send().await;
    let stages = described.expect("the secret is described").version_ids_to_stages.unwrap_or_default();
    stages.into_values().find(|labels| labels.iter().any(|label| label == "AWSPREVIOUS")).expect("there is one")
}
