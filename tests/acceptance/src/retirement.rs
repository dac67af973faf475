//! The compiled `retire-credential` on a stage.

use sandbox::lambda::Invocation;
use serde_json::{Value, json};

use crate::{
    Outcome, Stage, StageOptions,
    run::{TIMEOUT, scheduled},
};

/// The function.
pub const NAME: &str = "retire-credential";

/// The staging label of a retired credential.
pub const RETIRED: &str = "redis-lifecycle-retired";

/// The actions of a run that removes the previous credential.
pub const REMOVED: [&str; 2] = ["remove-previous", "mark-retired"];

/// Creates a stage whose credential was rotated once, with the function deployed and an overlap of zero.
///
/// # Panics
/// A call fails.
pub async fn rotated(options: StageOptions) -> Stage {
    let stage = Stage::set(options).await;
    stage.deploy(NAME, TIMEOUT);
    settle(&stage, 0, &[]).await;
    assert!(stage.rotate().await.succeeded, "the first rotation fails");
    stage
}

/// Writes the settings with this overlap and these consumers.
///
/// # Panics
/// The call is refused.
pub async fn settle(stage: &Stage, overlap_s: u64, consumers: &[Value]) {
    let mut document = stage.settings();
    document["retirement"] = json!({ "overlap_s": overlap_s });
    document["consumers"] = json!(consumers);
    stage.put_settings(&document).await;
}

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
pub async fn retire(stage: &Stage) -> Outcome {
    outcome_of(stage, &scheduled()).await
}

/// Invokes the function as a schedule does, again while it fails, and returns its last outcome.
///
/// # Panics
/// It fails every time.
pub async fn retire_with_retries(stage: &Stage) -> Outcome {
    stage.outcome_with_retries(NAME, &scheduled()).await
}

/// Returns the labels of the version with AWSPREVIOUS.
///
/// # Panics
/// There is none.
pub async fn labels_of_previous(stage: &Stage) -> Vec<String> {
    let labels = stage.labels().await.into_values();
    labels.into_iter().find(|labels| labels.iter().any(|label| label == "AWSPREVIOUS")).expect("there is one")
}
