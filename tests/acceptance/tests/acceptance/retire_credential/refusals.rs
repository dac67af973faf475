//! What retire-credential refuses before it changes anything.

use acceptance::{
    Outcome, Stage, StageOptions,
    retirement::{outcome_of, retire, rotated, settle},
};
use serde_json::json;

/// Checks that the run failed as permanent with these words, and that both credentials still work.
async fn assert_refused(stage: &Stage, outcome: &Outcome, changes: usize, said: &[&str]) {
    assert_eq!(outcome.status(), "permanent", "{outcome}");
    let failure = outcome.failure().unwrap();
    for words in said {
        assert!(failure.contains(words), "{failure}");
    }
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&stage.current().await).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_target_is_refused() {
    let stage = rotated(StageOptions::default()).await;
    let outcome = outcome_of(&stage, &json!({ "target": "baskets" })).await;
    assert_refused(&stage, &outcome, stage.modifications(), &["/redis-lifecycle/targets/baskets"]).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_is_refused_because_it_is_not_an_argument_of_this_function() {
    let stage = rotated(StageOptions::default()).await;
    let outcome = outcome_of(&stage, &json!({ "target": "orders", "rollback": true })).await;
    assert_refused(&stage, &outcome, stage.modifications(), &["`rollback`", "retire-credential", "`dry_run`"]).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_tagged_with_another_target_is_refused() {
    let stage = rotated(StageOptions::default()).await;
    stage.tag_with("baskets").await;
    let outcome = retire(&stage).await;
    assert_refused(&stage, &outcome, stage.modifications(), &["orders/redis", "baskets", "tag"]).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_consumer_is_refused_with_its_field_and_the_previous_credential_is_kept() {
    let stage = rotated(StageOptions::default()).await;
    let service = json!({ "type": "ecs-service", "cluster": "main", "service": "web" });
    let function = json!({ "type": "lambda-function", "function_name": "report" });
    for (consumers, said) in [
        (vec![function.clone()], ["`consumers[0]`", "the Lambda function report", "emove it from the settings"]),
        (vec![service], ["`consumers[0]`", "the ECS service main/web", "emove it from the settings"]),
    ] {
        settle(&stage, 0, &consumers).await;
        let outcome = retire(&stage).await;
        assert_refused(&stage, &outcome, stage.modifications(), &said).await;
    }
    stage.sandbox.lambda.create("first", Default::default());
    let first = json!({ "type": "lambda-function", "function_name": "first" });
    settle(&stage, 0, &[first, function]).await;
    let outcome = retire(&stage).await;
    assert_refused(&stage, &outcome, stage.modifications(), &["`consumers[1]`"]).await;
    stage.stop().await;
}
