//! Services are redeployed when a value that they read at startup changes, not only after a rotation.

use std::time::Duration;

use acceptance::{
    Flavour, List, Stage, StageOptions,
    connection::{NAME, dry_run, sync},
    timing::quick,
};
use aws_sdk_ssm::types::ParameterType;
use sandbox::services::elasticache::Timing;
use serde_json::{Value, json};
use workload::create_consumer_service;

use super::{
    publishing::{HOST, SECRET, edit, parameter, publishing},
    services::{CLUSTER, arns, at_once, create_reading_service, deployments, stage, steady},
};

/// Long enough for every run here.
const AMPLE: Duration = Duration::from_secs(60);

const WEB: &str = "deploy-service the ECS service main/web";
const WORKER: &str = "deploy-service the ECS service main/worker";

/// Writes the settings with these outputs and services, and without a host name, so that the task's address is published.
async fn settle(stage: &Stage, outputs: &Value, services: &[&str]) {
    let consumer = |name: &&str| json!({ "type": "ecs-service", "cluster": CLUSTER, "service": name });
    let mut document = stage.settings();
    document["backend"].as_object_mut().unwrap().remove("host");
    document["outputs"] = outputs.clone();
    document["consumers"] = services.iter().map(consumer).collect();
    document["rollout"] = at_once();
    stage.put_settings(&document).await;
}

fn host() -> Value {
    json!([{ "type": "ssm-parameter", "name": HOST, "value": "{host}", "kind": "string" }])
}

/// Kills the task of a Fargate stage, so that its Redis gets another address.
async fn move_redis(stage: &Stage) {
    let task = stage.sandbox.ecs.tasks("orders", "redis").into_iter().find(|task| task.wanted).unwrap();
    stage.sandbox.ecs.kill_task(&task.arn).await.unwrap();
    stage.sandbox.ecs.settled("orders", "redis", AMPLE).await.unwrap();
}

/// Changes the address of the Redis twice, and checks that each time the service that reads it is redeployed once.
async fn assert_redeployed_for_each_address(outputs: Value, value_from: impl AsyncFn(&Stage) -> String) {
    let stage = stage(StageOptions { flavour: Flavour::Fargate, ..StageOptions::default() }, AMPLE).await;
    let value = json!({ "other": "as it was" }).to_string();
    stage.secrets.create_secret().name(SECRET).secret_string(value).send().await.unwrap();
    create_consumer_service(&stage.sandbox, CLUSTER, "early", 1).await.unwrap();
    settle(&stage, &outputs, &["early"]).await;
    sync(&stage).await;
    assert_eq!(deployments(&stage), 0, "a first publication redeploys nothing");
    create_reading_service(&stage, "web", &value_from(&stage).await).await;
    settle(&stage, &outputs, &["web"]).await;
    for round in 1..=2 {
        move_redis(&stage).await;
        let before = arns(&stage, "web");
        let outcome = sync(&stage).await;
        assert_eq!(outcome.actions_at(List::Done).last().map(String::as_str), Some(WEB), "{outcome}");
        assert!(arns(&stage, "web").iter().all(|arn| !before.contains(arn)), "{outcome}");
        let outcome = sync(&stage).await;
        assert_eq!((outcome.status(), deployments(&stage)), ("kept", round), "{outcome}");
    }
    assert_eq!(dry_run(&stage).await.actions_at(List::Planned).len(), 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_reads_an_address_from_a_parameter_is_redeployed_when_it_changes() {
    assert_redeployed_for_each_address(host(), async |_| HOST.to_owned()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_reads_an_address_from_a_secret_is_redeployed_when_it_changes() {
    let outputs = json!([{ "type": "secret-keys", "secret_id": SECRET, "keys": { "host": "{host}" } }]);
    let key = async |stage: &Stage| {
        let described = stage.secrets.describe_secret().secret_id(SECRET).send().await.unwrap();
        format!("{}:host::", described.arn.unwrap())
    };
    assert_redeployed_for_each_address(outputs, key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_a_new_task_redeploys_the_service_that_reads_its_address() {
    let stage = stage(StageOptions { flavour: Flavour::Fargate, ..StageOptions::default() }, AMPLE).await;
    settle(&stage, &host(), &[]).await;
    sync(&stage).await;
    create_reading_service(&stage, "web", HOST).await;
    settle(&stage, &host(), &["web"]).await;
    let (address, before) = (parameter(&stage, HOST).await, arns(&stage, "web"));
    stage.sandbox.events.route("aws.ecs", "ECS Task State Change", NAME).unwrap();
    move_redis(&stage).await;
    stage.sandbox.events.settled(AMPLE).await.unwrap();
    // A run that finds a deployment in progress leaves the service to the next run.
    sync(&stage).await;
    steady(&stage, "web").await;
    assert_ne!(parameter(&stage, HOST).await, address);
    assert!(arns(&stage, "web").iter().all(|arn| !before.contains(arn)));
    assert_eq!(sync(&stage).await.status(), "kept");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_that_keeps_the_endpoint_names_deploys_nothing() {
    let stage = stage(StageOptions::default(), AMPLE).await;
    let outputs = json!([{ "type": "ssm-parameter", "name": HOST, "value": "{host}", "kind": "string" }]);
    settle(&stage, &outputs, &[]).await;
    sync(&stage).await;
    create_reading_service(&stage, "web", HOST).await;
    settle(&stage, &outputs, &["web"]).await;
    stage.elasticache().test_failover().replication_group_id(stage.cache()).node_group_id("0001").send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), deployments(&stage)), ("kept", 0), "{outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overwritten_value_redeploys_only_the_service_that_started_with_the_wrong_one() {
    let stage = stage(StageOptions::default(), AMPLE).await;
    settle(&stage, &host(), &[]).await;
    sync(&stage).await;
    create_reading_service(&stage, "web", HOST).await;
    edit(&stage, HOST, "elsewhere", ParameterType::String).await;
    create_reading_service(&stage, "worker", HOST).await;
    settle(&stage, &host(), &["web", "worker"]).await;
    let outcome = sync(&stage).await;
    assert_eq!(
        outcome.actions_at(List::Done),
        ["write-parameter the parameter /orders/redis/host", WORKER],
        "{outcome}"
    );
    assert_eq!(deployments(&stage), 1);
    assert_eq!(sync(&stage).await.status(), "kept");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_started_between_a_promotion_and_its_publication_is_redeployed() {
    let stage = stage(StageOptions::default(), AMPLE).await;
    let outputs = json!([{ "type": "ssm-parameter", "name": HOST, "value": "{password}" }]);
    settle(&stage, &outputs, &[]).await;
    sync(&stage).await;
    assert!(stage.rotate().await.succeeded);
    create_reading_service(&stage, "web", HOST).await;
    settle(&stage, &outputs, &["web"]).await;
    let outcome = sync(&stage).await;
    assert_eq!(outcome.actions_at(List::Done).last().map(String::as_str), Some(WEB), "{outcome}");
    assert_eq!(sync(&stage).await.status(), "kept");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_published_of_a_group_that_is_being_deleted() {
    for flavour in [Flavour::ElasticacheAuth, Flavour::ElasticacheUser] {
        let timing = Timing { modify: AMPLE, ..quick() };
        let stage = publishing(StageOptions { flavour, timing, ..StageOptions::default() }, &host()).await;
        let delete = stage.elasticache().delete_replication_group().replication_group_id(stage.cache());
        delete.send().await.unwrap();
        let outcome = sync(&stage).await;
        assert_eq!(outcome.status(), "permanent", "{flavour:?}: {outcome}");
        assert!(outcome.failure().unwrap().contains("delet"), "{flavour:?}: {outcome}");
        assert_eq!(parameter(&stage, HOST).await, None);
        stage.stop().await;
    }
}
