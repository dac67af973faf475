//! Each gate, holding and opening.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{
    Flavour, Stage, StageOptions,
    retirement::{deploy, done, retire, rotated, settle, waiting_for},
};
use aws_sdk_lambda::types::Environment;
use sandbox::faults::{At, Rule, What};
use serde_json::{Value, json};
use tokio::time::sleep;
use workload::create_consumer_service;

use super::one_call_flavours;

/// Holds that the run was held back by this alone, that both credentials are as they were, and gives the reason.
async fn held_by(stage: &Stage, what: &str) -> String {
    let changes = stage.modifications();
    let outcome = retire(stage).await;
    assert_eq!((outcome["status"].as_str(), waiting_for(&outcome)), (Some("waiting"), vec![what]), "{outcome}");
    assert_eq!(done(&outcome), [""; 0]);
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&stage.current().await).await);
    outcome["waiting"][0]["reason"].as_str().unwrap().to_owned()
}

/// Holds that nothing holds the run back any more.
async fn open(stage: &Stage) {
    let outcome = retire(stage).await;
    assert_eq!(done(&outcome), ["remove-previous", "mark-retired"], "{outcome}");
    assert_eq!(stage.accepting(&stage.first_token()).await, 0);
}

fn function(name: &str) -> Value {
    json!({ "type": "lambda-function", "function_name": name })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overlap_holds_until_it_is_over() {
    for flavour in one_call_flavours() {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        settle(&stage, 3600, &[]).await;
        let reason = held_by(&stage, "overlap").await;
        assert!(reason.contains("`retirement.overlap_s` is 3600"), "{reason}");
        settle(&stage, 4, &[]).await;
        sleep(Duration::from_secs(4)).await;
        open(&stage).await;
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_holds_until_its_environment_has_changed_and_the_change_is_complete() {
    let stage = rotated(StageOptions::default()).await;
    let lambda = aws_sdk_lambda::Client::new(&stage.sandbox.sdk_config());
    // Lambda tells the time to the second, so that this is before the promotion, whatever the clock says.
    stage.sandbox.lambda.create("report", BTreeMap::new());
    assert!(stage.rotate().await.succeeded);
    let (first, current) = (stage.first_token(), stage.current().await);
    settle(&stage, 0, &[function("report")]).await;
    let outcome = retire(&stage).await;
    assert_eq!(waiting_for(&outcome), ["the Lambda function report"], "{outcome}");
    sleep(Duration::from_millis(1100)).await;

    let update = async |value: &str| {
        let environment = Environment::builder().variables("VERSION", value).build();
        lambda.update_function_configuration().function_name("report").environment(environment).send().await.unwrap();
    };
    stage.sandbox.lambda.take_for_updates(Duration::from_secs(2));
    update("1").await;
    let outcome = retire(&stage).await;
    assert_eq!(outcome["waiting"][0]["reason"], "its last update is InProgress", "{outcome}");
    sleep(Duration::from_millis(2100)).await;

    stage.sandbox.lambda.take_for_updates(Duration::ZERO);
    stage.sandbox.lambda.fail_updates("report", true);
    update("2").await;
    let outcome = retire(&stage).await;
    assert_eq!(outcome["waiting"][0]["reason"], "its last update is Failed", "{outcome}");
    stage.sandbox.lambda.fail_updates("report", false);
    update("3").await;
    assert_eq!(done(&retire(&stage).await), ["remove-previous", "mark-retired"]);
    assert_eq!(stage.accepting(&first).await, 0);
    assert!(stage.accepts(&current).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_holds_until_every_task_was_started_since_the_promotion_and_it_is_steady() {
    for flavour in one_call_flavours() {
        let stage = Stage::set(StageOptions { flavour, ..StageOptions::default() }).await;
        deploy(&stage, Duration::from_secs(30), BTreeMap::new());
        create_consumer_service(&stage.sandbox, "main", "web", 2).await.unwrap();
        settle(&stage, 0, &[json!({ "type": "ecs-service", "cluster": "main", "service": "web" })]).await;
        assert!(stage.rotate().await.succeeded);
        let reason = held_by(&stage, "the ECS service main/web").await;
        for task in stage.sandbox.ecs.tasks("main", "web") {
            assert!(reason.contains(task.arn.rsplit('/').next().unwrap()), "{reason}");
        }
        let ecs = aws_sdk_ecs::Client::new(&stage.sandbox.sdk_config());
        ecs.update_service().cluster("main").service("web").force_new_deployment(true).send().await.unwrap();
        held_by(&stage, "the ECS service main/web").await;
        stage.sandbox.ecs.settled("main", "web", Duration::from_secs(40)).await.unwrap();
        open(&stage).await;
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_under_way_holds_until_it_is_over() {
    for flavour in [Flavour::ElasticacheAuth, Flavour::ElasticacheUser, Flavour::UpstashAcl] {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        stage.put_credential(&stage.put_by_hand(), &["AWSPENDING"]).await;
        held_by(&stage, "rotation").await;
        let described = stage.secrets.describe_secret().secret_id(&stage.target.secret_arn).send().await.unwrap();
        let stages = described.version_ids_to_stages.unwrap();
        let (pending, _) = stages.iter().find(|(_, labels)| labels.iter().any(|label| label == "AWSPENDING")).unwrap();
        let drop = stage.secrets.update_secret_version_stage().secret_id(&stage.target.secret_arn);
        drop.version_stage("AWSPENDING").remove_from_version_id(pending).send().await.unwrap();
        open(&stage).await;
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_label_that_an_earlier_rotation_has_left_on_what_is_previous_now_holds_nothing() {
    let stage = rotated(StageOptions::default()).await;
    let described = stage.secrets.describe_secret().secret_id(&stage.target.secret_arn).send().await.unwrap();
    let stages = described.version_ids_to_stages.unwrap();
    let with = |label: &str| stages.iter().find(|(_, labels)| labels.iter().any(|one| one == label)).map(|(id, _)| id);
    let (previous, pending) = (with("AWSPREVIOUS").unwrap(), with("AWSPENDING"));
    let moved = stage.secrets.update_secret_version_stage().secret_id(&stage.target.secret_arn);
    let moved = moved.version_stage("AWSPENDING").move_to_version_id(previous);
    moved.set_remove_from_version_id(pending.cloned()).send().await.unwrap();
    open(&stage).await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_begins_while_it_is_decided_is_not_disturbed() {
    let stage = rotated(StageOptions::default()).await;
    // Held back at the look at the secret just before the change; meanwhile a pending credential appears.
    stage.sandbox.faults.arm(Rule {
        function: "retire-credential".to_owned(),
        during: None,
        at: At::Call(8),
        what: What::Hold,
        times: 1,
    });
    let meanwhile = async {
        sleep(Duration::from_secs(1)).await;
        stage.put_credential(&stage.put_by_hand(), &["AWSPENDING"]).await;
        stage.sandbox.faults.release();
    };
    let changes = stage.modifications();
    let (outcome, ()) = tokio::join!(retire(&stage), meanwhile);
    assert_eq!(waiting_for(&outcome), ["rotation"], "{outcome}");
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_cannot_be_asked_holds_until_it_answers() {
    for flavour in [Flavour::ElasticacheAuth, Flavour::ElasticacheUser, Flavour::UpstashAcl] {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        let changes = stage.modifications();
        stage.freeze_last_node().await;
        let outcome = retire(&stage).await;
        assert_eq!(waiting_for(&outcome), ["login"], "{outcome}");
        assert_eq!(stage.modifications(), changes);
        stage.thaw_last_node().await;
        open(&stage).await;
        stage.strike().await;
    }
}
