//! Services follow what they read when they start, whatever has changed it: not only a rotation.

use std::time::Duration;

use acceptance::{
    Flavour, List, Stage, StageOptions,
    connection::{NAME, dry_run, sync},
};
use aws_sdk_ssm::types::ParameterType;
use serde_json::{Value, json};
use workload::create_consumer_service;

use super::{
    publishing::{HOST, SECRET, edit, parameter},
    services::{CLUSTER, arns, at_once, create_reading_service, deployments, stage, steady},
};

/// Long enough for every run here.
const AMPLE: Duration = Duration::from_secs(60);

const WEB: &str = "deploy-service the ECS service main/web";
const WORKER: &str = "deploy-service the ECS service main/worker";

/// Puts the settings again, with these outputs and services, and clients told the task's address.
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

/// Has the Redis of a Fargate stage come back at another address.
async fn move_redis(stage: &Stage) {
    let task = stage.sandbox.ecs.tasks("orders", "redis").into_iter().find(|task| task.wanted).unwrap();
    stage.sandbox.ecs.kill_task(&task.arn).await.unwrap();
    stage.sandbox.ecs.settled("orders", "redis", AMPLE).await.unwrap();
}

/// A Redis comes back at another address twice: each time the service that reads it is deployed anew, once.
async fn follows_the_address(outputs: Value, value_from: impl AsyncFn(&Stage) -> String) {
    let stage = stage(StageOptions { flavour: Flavour::Fargate, ..StageOptions::default() }, AMPLE).await;
    let value = json!({ "other": "as it was" }).to_string();
    stage.secrets.create_secret().name(SECRET).secret_string(value).send().await.unwrap();
    create_consumer_service(&stage.sandbox, CLUSTER, "early", 1).await.unwrap();
    settle(&stage, &outputs, &["early"]).await;
    sync(&stage).await;
    assert_eq!(deployments(&stage), 0, "a first publication is no change");
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
async fn a_service_that_reads_an_address_from_a_parameter_follows_it() {
    follows_the_address(host(), async |_| HOST.to_owned()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_reads_an_address_from_a_secret_follows_it() {
    let outputs = json!([{ "type": "secret-keys", "secret_id": SECRET, "keys": { "host": "{host}" } }]);
    let key = async |stage: &Stage| {
        let described = stage.secrets.describe_secret().secret_id(SECRET).send().await.unwrap();
        format!("{}:host::", described.arn.unwrap())
    };
    follows_the_address(outputs, key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_follows_an_address_because_ecs_tells_of_it() {
    let stage = stage(StageOptions { flavour: Flavour::Fargate, ..StageOptions::default() }, AMPLE).await;
    settle(&stage, &host(), &[]).await;
    sync(&stage).await;
    create_reading_service(&stage, "web", HOST).await;
    settle(&stage, &host(), &["web"]).await;
    let (address, before) = (parameter(&stage, HOST).await, arns(&stage, "web"));
    stage.sandbox.events.route("aws.ecs", "ECS Task State Change", NAME).unwrap();
    move_redis(&stage).await;
    stage.sandbox.events.settled(AMPLE).await.unwrap();
    // Another run may have found it being deployed, and left it to this one.
    sync(&stage).await;
    steady(&stage, "web").await;
    assert_ne!(parameter(&stage, HOST).await, address);
    assert!(arns(&stage, "web").iter().all(|arn| !before.contains(arn)));
    assert_eq!(sync(&stage).await.status(), "kept");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_behind_names_that_stay_deploys_nothing() {
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
async fn a_value_that_is_put_right_deploys_only_the_service_that_was_started_with_the_wrong_one() {
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
async fn a_service_that_was_started_between_a_promotion_and_its_publication_is_deployed() {
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
