//! `ECS Task State Change`, `ECS Service Action` and `ECS Deployment State Change`.

use std::time::Duration;

use aws_sdk_ecs::Client;
use sandbox::Sandbox;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use workload::create_consumer_service;

use super::{LISTENER, PATIENCE, assert_like, received, start};

/// Creates a service with one task, and routes its events to the listener from then on.
async fn with_service() -> (Sandbox, Client) {
    let sandbox = start().await;
    create_consumer_service(&sandbox, "phillm", "worker", 1).await.unwrap();
    steady(&sandbox, 1).await;
    for kind in ["ECS Task State Change", "ECS Service Action", "ECS Deployment State Change"] {
        sandbox.events.route("aws.ecs", kind, LISTENER).unwrap();
    }
    let client = Client::new(&sandbox.sdk_config());
    (sandbox, client)
}

/// Waits until the service has sent this many `SERVICE_STEADY_STATE` events.
async fn steady(sandbox: &Sandbox, times: usize) {
    let give_up = Instant::now() + PATIENCE;
    let said = |event: &Value| event["detail"]["eventName"] == "SERVICE_STEADY_STATE";
    while sandbox.events.events().iter().filter(|event| said(event)).count() < times {
        assert!(Instant::now() < give_up, "{:?}", sandbox.events.events());
        sleep(Duration::from_millis(20)).await;
    }
}

fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["detail-type"] == kind).collect()
}

fn said<'a>(events: &[&'a Value], name: &str) -> Vec<&'a str> {
    events.iter().map(|event| event["detail"][name].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_replaced_task_sends_an_event_for_each_state_and_none_has_its_health() {
    let (sandbox, _) = with_service().await;
    let old = sandbox.ecs.tasks("phillm", "worker").remove(0);
    sandbox.ecs.kill_task(&old.arn).await.unwrap();
    sandbox.ecs.settled("phillm", "worker", PATIENCE).await.unwrap();
    steady(&sandbox, 2).await;
    let new = sandbox.ecs.tasks("phillm", "worker").remove(0);
    let events = received(&sandbox).await;
    let tasks = of_kind(&events, "ECS Task State Change");
    for (task, status, states) in [
        (&old, "STOPPED", vec!["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"]),
        (&new, "RUNNING", vec!["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]),
    ] {
        let own: Vec<&Value> = tasks.iter().copied().filter(|event| event["detail"]["taskArn"] == *task.arn).collect();
        let mut seen = said(&own, "lastStatus");
        seen.dedup();
        assert!(states.iter().all(|state| seen.contains(state)), "{seen:?}");
        let versions: Vec<u64> = own.iter().map(|event| event["detail"]["version"].as_u64().unwrap()).collect();
        assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
        let last = own.last().unwrap();
        assert_eq!(
            (last["detail"]["lastStatus"].as_str(), last["resources"][0].as_str()),
            (Some(status), Some(&*task.arn))
        );
    }
    let running =
        tasks.iter().find(|event| event["detail"]["lastStatus"] == "RUNNING" && event["resources"][0] == *new.arn);
    assert_like(running.unwrap(), "ecs-task-state-change", &[]);
    let detail = &running.unwrap()["detail"];
    assert_eq!((&detail["group"], &detail["launchType"]), (&"service:worker".into(), &"FARGATE".into()));
    let eni = detail["attachments"][0]["details"].as_array().unwrap();
    let address = eni.iter().find(|one| one["name"] == "privateIPv4Address").unwrap();
    assert_eq!(address["value"], new.address.to_string());
    let stopped = tasks.iter().find(|event| event["detail"]["lastStatus"] == "STOPPED").unwrap();
    assert_eq!(stopped["detail"]["stopCode"], "EssentialContainerExited");
    assert_eq!(stopped["detail"]["containers"][0]["exitCode"], 137);
    assert!(tasks.iter().all(|event| !event.to_string().contains("healthStatus")));
    let services = of_kind(&events, "ECS Service Action");
    assert_eq!(said(&services, "eventName"), ["SERVICE_STEADY_STATE"]);
    assert!(of_kind(&events, "ECS Deployment State Change").is_empty());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_deployment_sends_events_from_its_start_to_the_steady_state() {
    let (sandbox, client) = with_service().await;
    client.update_service().cluster("phillm").service("worker").force_new_deployment(true).send().await.unwrap();
    steady(&sandbox, 2).await;
    let events = received(&sandbox).await;
    let deployments = of_kind(&events, "ECS Deployment State Change");
    assert_eq!(said(&deployments, "eventName"), ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED"]);
    assert_like(deployments[1], "ecs-deployment-state-change", &[]);
    let services = of_kind(&events, "ECS Service Action");
    assert_eq!(said(&services, "eventName"), ["SERVICE_STEADY_STATE"]);
    assert_like(services[0], "ecs-service-action", &[]);
    for event in deployments.iter().chain(&services) {
        assert_eq!(event["resources"][0], "arn:aws:ecs:us-east-1:123456789012:service/phillm/worker");
    }
    sandbox.stop().await.unwrap();
}
