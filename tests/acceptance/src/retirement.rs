//! The compiled `retire-credential` on a stage.

use sandbox::lambda::Invocation;
use serde_json::{Value, json};

use crate::{
    Outcome, Stage, StageOptions,
    run::{TIMEOUT, scheduled},
};

/// The function.
pub const NAME: &str = "retire-credential";

/// Our own staging label.
pub const RETIRED: &str = "redis-lifecycle-retired";

/// What a run does that takes the previous credential away.
pub const REMOVED: [&str; 2] = ["remove-previous", "mark-retired"];

/// Creates a stage whose credential was rotated once, with the function deployed and no overlap to wait for.
///
/// # Panics
/// Something of it cannot be created.
pub async fn rotated(options: StageOptions) -> Stage {
    let stage = Stage::set(options).await;
    stage.deploy(NAME, TIMEOUT);
    settle(&stage, 0, &[]).await;
    assert!(stage.rotate().await.succeeded, "the stage is rotated");
    stage
}

/// Puts the settings again, with this overlap and these consumers.
///
/// # Panics
/// They are refused.
pub async fn settle(stage: &Stage, overlap_s: u64, consumers: &[Value]) {
    let mut document = stage.settings();
    document["retirement"] = json!({ "overlap_s": overlap_s });
    document["consumers"] = json!(consumers);
    stage.put_settings(&document).await;
}

/// Runs the function on an event, once.
pub async fn invoke(stage: &Stage, event: &Value) -> Invocation {
    stage.invoke(NAME, event).await
}

/// Runs the function on an event, once, and returns its outcome.
///
/// # Panics
/// It fails.
pub async fn outcome_of(stage: &Stage, event: &Value) -> Outcome {
    stage.outcome_of(NAME, event).await
}

/// Runs the function as a schedule does, once, and returns its outcome.
///
/// # Panics
/// It fails.
pub async fn retire(stage: &Stage) -> Outcome {
    outcome_of(stage, &scheduled()).await
}

/// Runs the function as a schedule does, again while it fails, and returns its last outcome.
///
/// # Panics
/// It fails every time.
pub async fn retire_with_retries(stage: &Stage) -> Outcome {
    stage.outcome_with_retries(NAME, &scheduled()).await
}

/// The labels of the version that AWSPREVIOUS is on.
///
/// # Panics
/// It is on none.
pub async fn labels_of_previous(stage: &Stage) -> Vec<String> {
    let labels = stage.labels().await.into_values();
    labels.into_iter().find(|labels| labels.iter().any(|label| label == "AWSPREVIOUS")).expect("there is one")
}
