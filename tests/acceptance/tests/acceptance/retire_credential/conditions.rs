//! The conditions that a retirement waits for.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{
    Flavour, List, Stage, StageOptions,
    retirement::{NAME, REMOVED, retire, rotated, settle},
    run::TIMEOUT,
};
use aws_sdk_lambda::types::Environment;
use sandbox::faults::{At, Rule, What};
use serde_json::{Value, json};
use tokio::time::sleep;
use workload::create_consumer_service;

use super::one_call_flavours;

/// Checks that a run waits for this alone and that both credentials still work, and returns the reason.
async fn assert_waits_for(stage: &Stage, what: &str) -> String {
    let changes = stage.modifications();
    let outcome = retire(stage).await;
    assert_eq!((outcome.status(), outcome.waiting_for()), ("waiting", vec![what]), "{outcome}");
    assert_eq!(outcome.done(), [""; 0]);
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&stage.current().await).await);
    outcome.entries(List::Waiting)[0].1.to_owned()
}

/// Checks that a run no longer waits and removes the previous credential.
async fn assert_retires(stage: &Stage) {
    let outcome = retire(stage).await;
    assert_eq!(outcome.done(), REMOVED, "{outcome}");
    assert_eq!(stage.accepting(&stage.first_token()).await, 0);
}

fn function(name: &str) -> Value {
    json!({ "type": "lambda-function", "function_name": name })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_waits_until_the_overlap_is_over() {
    for flavour in one_call_flavours() {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        settle(&stage, 3600, &[]).await;
        let reason = assert_waits_for(&stage, "overlap").await;
        assert!(reason.contains("`retirement.overlap_s` is 3600"), "{reason}");
        settle(&stage, 4, &[]).await;
        sleep(Duration::from_secs(4)).await;
        assert_retires(&stage).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_waits_until_the_environment_of_a_function_has_changed_completely() {
    let stage = rotated(StageOptions::default()).await;
    // Lambda's times have whole seconds: the function counts as changed before the promotion.
    stage.sandbox.lambda.create("report", BTreeMap::new());
    assert!(stage.rotate().await.succeeded);
    let (first, current) = (stage.first_token(), stage.current().await);
    settle(&stage, 0, &[function("report")]).await;
    let outcome = retire(&stage).await;
    assert_eq!(outcome.waiting_for(), ["the Lambda function report"], "{outcome}");
    sleep(Duration::from_millis(1100)).await;

    let update = async |value: &str| {
        let environment = Environment::builder().variables("VERSION", value).build();
        stage
            .lambda()
            .update_function_configuration()
            .function_name("report")
            .environment(environment)
            .send()
            .await
            .unwrap();
    };
    stage.sandbox.lambda.take_for_updates(Duration::from_secs(2));
    update("1").await;
    let outcome = retire(&stage).await;
    assert_eq!(outcome.entries(List::Waiting)[0].1, "its last update is InProgress", "{outcome}");
    sleep(Duration::from_millis(2100)).await;

    stage.sandbox.lambda.take_for_updates(Duration::ZERO);
    stage.sandbox.lambda.fail_updates("report", true);
    update("2").await;
    let outcome = retire(&stage).await;
    assert_eq!(outcome.entries(List::Waiting)[0].1, "its last update is Failed", "{outcome}");
    stage.sandbox.lambda.fail_updates("report", false);
    update("3").await;
    assert_eq!(retire(&stage).await.done(), REMOVED);
    assert_eq!(stage.accepting(&first).await, 0);
    assert!(stage.accepts(&current).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_waits_until_every_task_of_a_service_was_started_since_the_promotion() {
    for flavour in one_call_flavours() {
        let stage = Stage::set(StageOptions { flavour, ..StageOptions::default() }).await;
        stage.deploy(NAME, TIMEOUT);
        create_consumer_service(&stage.sandbox, "main", "web", 2).await.unwrap();
        settle(&stage, 0, &[json!({ "type": "ecs-service", "cluster": "main", "service": "web" })]).await;
        assert!(stage.rotate().await.succeeded);
        let reason = assert_waits_for(&stage, "the ECS service main/web").await;
        for task in stage.sandbox.ecs.tasks("main", "web") {
            assert!(reason.contains(task.arn.rsplit('/').next().unwrap()), "{reason}");
        }
        stage.ecs().update_service().cluster("main").service("web").force_new_deployment(true).send().await.unwrap();
        assert_waits_for(&stage, "the ECS service main/web").await;
        stage.sandbox.ecs.settled("main", "web", Duration::from_secs(40)).await.unwrap();
        assert_retires(&stage).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_waits_for_a_rotation_in_progress() {
    for flavour in [Flavour::ElasticacheAuth, Flavour::ElasticacheUser, Flavour::UpstashAcl] {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        stage.put_credential(&stage.put_by_hand(), &["AWSPENDING"]).await;
        assert_waits_for(&stage, "rotation").await;
        let pending = stage.version_with("AWSPENDING").await.unwrap();
        let drop = stage.secrets.update_secret_version_stage().secret_id(&stage.target.secret_arn);
        drop.version_stage("AWSPENDING").remove_from_version_id(pending).send().await.unwrap();
        assert_retires(&stage).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awspending_that_an_earlier_rotation_left_on_the_previous_version_delays_nothing() {
    let stage = rotated(StageOptions::default()).await;
    let (previous, pending) =
        (stage.version_with("AWSPREVIOUS").await.unwrap(), stage.version_with("AWSPENDING").await);
    let moved = stage.secrets.update_secret_version_stage().secret_id(&stage.target.secret_arn);
    let moved = moved.version_stage("AWSPENDING").move_to_version_id(previous);
    moved.set_remove_from_version_id(pending).send().await.unwrap();
    assert_retires(&stage).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_starts_while_a_retirement_decides_is_not_disturbed() {
    let stage = rotated(StageOptions::default()).await;
    // The run is paused at its last look at the secret before the change; meanwhile a pending credential appears.
    stage.arm(Rule::new("retire-credential", At::nth(2, "DescribeSecret"), What::Hold));
    let meanwhile = async {
        stage.fired(1).await;
        stage.put_credential(&stage.put_by_hand(), &["AWSPENDING"]).await;
        stage.sandbox.faults.release();
    };
    let changes = stage.modifications();
    let (outcome, ()) = tokio::join!(retire(&stage), meanwhile);
    assert_eq!(outcome.waiting_for(), ["rotation"], "{outcome}");
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_waits_for_a_node_that_does_not_answer() {
    for flavour in [Flavour::ElasticacheAuth, Flavour::ElasticacheUser, Flavour::UpstashAcl] {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        let changes = stage.modifications();
        stage.freeze_last_node().await;
        let outcome = retire(&stage).await;
        assert_eq!(outcome.waiting_for(), ["login"], "{outcome}");
        assert_eq!(stage.modifications(), changes);
        stage.thaw_last_node().await;
        assert_retires(&stage).await;
        stage.stop().await;
    }
}
