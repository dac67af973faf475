//! What retire-credential refuses, with a class and a way out, before it changes anything.

use acceptance::{
    Outcome, Stage, StageOptions,
    retirement::{outcome_of, retire, rotated, settle},
};
use serde_json::json;

/// Holds that the run was refused for good, that the refusal says this, and that both credentials are as they were.
async fn refused(stage: &Stage, outcome: &Outcome, changes: usize, said: &[&str]) {
    assert_eq!(outcome.status(), "permanent", "{outcome}");
    let failure = outcome.failure().unwrap();
    for words in said {
        assert!(failure.contains(words), "{failure}");
    }
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&stage.current().await).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_not_there_is_refused() {
    let stage = rotated(StageOptions::default()).await;
    let outcome = outcome_of(&stage, &json!({ "target": "baskets" })).await;
    refused(&stage, &outcome, stage.modifications(), &["/redis-lifecycle/targets/baskets"]).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_is_refused_by_name_because_it_is_no_argument_of_this_function() {
    let stage = rotated(StageOptions::default()).await;
    let outcome = outcome_of(&stage, &json!({ "target": "orders", "rollback": true })).await;
    refused(&stage, &outcome, stage.modifications(), &["`rollback`", "retire-credential", "`dry_run`"]).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_tagged_with_another_target_is_refused() {
    let stage = rotated(StageOptions::default()).await;
    stage.tag_with("baskets").await;
    let outcome = retire(&stage).await;
    refused(&stage, &outcome, stage.modifications(), &["orders/redis", "baskets", "tag"]).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_is_not_there_is_refused_by_its_field_and_the_previous_credential_is_kept() {
    let stage = rotated(StageOptions::default()).await;
    let service = json!({ "type": "ecs-service", "cluster": "main", "service": "web" });
    let function = json!({ "type": "lambda-function", "function_name": "report" });
    for (consumers, said) in [
        (vec![function.clone()], ["`consumers[0]`", "the Lambda function report", "emove it from the settings"]),
        (vec![service], ["`consumers[0]`", "the ECS service main/web", "emove it from the settings"]),
    ] {
        settle(&stage, 0, &consumers).await;
        let outcome = retire(&stage).await;
        refused(&stage, &outcome, stage.modifications(), &said).await;
    }
    stage.sandbox.lambda.create("first", Default::default());
    let first = json!({ "type": "lambda-function", "function_name": "first" });
    settle(&stage, 0, &[first, function]).await;
    let outcome = retire(&stage).await;
    refused(&stage, &outcome, stage.modifications(), &["`consumers[1]`"]).await;
    stage.stop().await;
}
