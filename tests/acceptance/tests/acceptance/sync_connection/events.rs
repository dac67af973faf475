//! The events that start sync-connection, and those that do not.

use std::time::Duration;

use acceptance::{
    Flavour, List, Stage, StageOptions,
    connection::{NAME, outcome_of, sync},
};
use aws_sdk_ssm::types::ParameterType;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    moving::Moving,
    publishing::{HOST, URL, edit, outputs, parameter, publishing},
};

/// How long the delivery of events may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_a_rotation_publishes_the_new_credential() {
    let stage = publishing(StageOptions::default(), &outputs()).await;
    sync(&stage).await;
    stage.sandbox.events.route("aws.secretsmanager", "Secret Label Updated", NAME).unwrap();
    assert!(stage.rotate().await.succeeded);
    stage.sandbox.events.settled(PATIENCE).await.unwrap();
    let (url, _) = parameter(&stage, URL).await.unwrap();
    assert!(url.contains(stage.current().await.expose_secret()));
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_an_edited_parameter_overwrites_it_once() {
    let stage = publishing(StageOptions::default(), &outputs()).await;
    sync(&stage).await;
    let (published, version) = parameter(&stage, HOST).await.unwrap();
    stage.sandbox.events.route("aws.ssm", "Parameter Store Change", NAME).unwrap();
    edit(&stage, HOST, "elsewhere:6379", ParameterType::String).await;
    stage.sandbox.events.settled(PATIENCE).await.unwrap();
    assert_eq!(
        parameter(&stage, HOST).await,
        Some((published, version + 2)),
        "the event of its own change starts no other"
    );
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_new_settings_moves_a_target() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    moving.stage.sandbox.events.route("aws.ssm", "Parameter Store Change", NAME).unwrap();
    moving.name_there().await;
    moving.stage.sandbox.events.settled(PATIENCE).await.unwrap();
    moving.assert_published_there().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_of_a_new_task_publishes_its_address() {
    let stage = publishing(StageOptions { flavour: Flavour::Fargate, ..StageOptions::default() }, &json!([])).await;
    let mut document = stage.settings();
    document["backend"].as_object_mut().unwrap().remove("host");
    document["outputs"] = json!([{ "type": "ssm-parameter", "name": HOST, "value": "{host}", "kind": "string" }]);
    stage.put_settings(&document).await;
    sync(&stage).await;
    let (before, _) = parameter(&stage, HOST).await.unwrap();
    stage.sandbox.events.route("aws.ecs", "ECS Task State Change", NAME).unwrap();
    let task = stage.sandbox.ecs.tasks("orders", "redis").into_iter().find(|task| task.wanted).unwrap();
    stage.sandbox.ecs.kill_task(&task.arn).await.unwrap();
    stage.sandbox.ecs.settled("orders", "redis", PATIENCE).await.unwrap();
    stage.sandbox.events.settled(PATIENCE).await.unwrap();
    let (after, _) = parameter(&stage, HOST).await.unwrap();
    let addresses: Vec<String> = stage.direct().iter().map(|node| node.address.to_string()).collect();
    assert_eq!([after.as_str()], addresses.as_slice());
    assert_ne!(after, before, "the task has another address");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notification_of_a_failover_starts_a_run() {
    let stage = publishing(StageOptions::default(), &outputs()).await;
    sync(&stage).await;
    let tag = aws_sdk_elasticache::types::Tag::builder().key("redis-lifecycle:target").value("orders").build();
    let arn = format!("arn:aws:elasticache:us-east-1:123456789012:replicationgroup:{}", stage.cache());
    stage.elasticache().add_tags_to_resource().resource_name(arn).tags(tag).send().await.unwrap();
    stage.sandbox.events.subscribe(NAME).unwrap();
    let before = stage.sandbox.runner.invocations().len();
    stage.elasticache().test_failover().replication_group_id(stage.cache()).node_group_id("0001").send().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    stage.sandbox.events.settled(PATIENCE).await.unwrap();
    let invocations = stage.sandbox.runner.invocations();
    assert!(invocations.len() > before, "no function was invoked");
    assert!(
        invocations.iter().skip(before).any(|one| format!("{:?}", one.result).contains("\"orders\"")),
        "{invocations:?}"
    );
    assert_eq!(sync(&stage).await.status(), "kept", "the names of the endpoints are the same");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_another_resource_changes_nothing() {
    let stage = publishing(StageOptions::default(), &outputs()).await;
    for (event, calls) in [
        (parameter_change("Update", "/somebody/elses"), 1),
        (parameter_change("LabelParameterVersion", HOST), 0),
        (label_updated(&stage, "redis-lifecycle-retired"), 0),
        (parameter_change("Update", "/redis-lifecycle/targets/deleted"), 1),
        (parameter_change("Update", "/redis-lifecycle/targets/of/others"), 0),
        (deployment("arn:aws:ecs:us-east-1:123456789012:service/main/deleted"), 1),
    ] {
        let outcome = outcome_of(&stage, &event).await;
        assert_eq!((outcome.status(), outcome.api_calls()), ("kept", Some(calls)), "{outcome}");
        assert_eq!(outcome.entries(List::Kept)[0].0, "event");
    }
    stage.stop().await;
}

fn parameter_change(operation: &str, name: &str) -> serde_json::Value {
    json!({
        "source": "aws.ssm", "detail-type": "Parameter Store Change",
        "resources": [format!("arn:aws:ssm:us-east-1:123456789012:parameter{name}")],
        "detail": { "operation": operation, "name": name, "type": "String" },
    })
}

fn deployment(service_arn: &str) -> serde_json::Value {
    json!({
        "source": "aws.ecs", "detail-type": "ECS Deployment State Change", "resources": [service_arn],
        "detail": { "eventName": "SERVICE_DEPLOYMENT_COMPLETED", "deploymentId": "ecs-svc/123" },
    })
}

fn label_updated(stage: &Stage, label: &str) -> serde_json::Value {
    json!({
        "source": "aws.secretsmanager", "detail-type": "Secret Label Updated",
        "resources": [stage.target.secret_arn],
        "detail": { "name": "orders/redis", "labelUpdated": label, "versionId": "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111" },
    })
}
