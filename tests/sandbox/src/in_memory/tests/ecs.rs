//! Tests of ECS and Cloud Map in memory.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{InMemory, client, start};
use crate::{
    redis::PORT,
    services::{ecs, servicediscovery},
    wire::Call,
};

const HOST: &str = "redis.orders.local";

const PATIENCE: Duration = Duration::from_secs(60);

async fn ecs(aws: &InMemory, operation: &str, input: Value) {
    let call = Call::new(&ecs::DESCRIPTION, operation, "person", input);
    aws.ecs.call(&call).unwrap();
}

async fn cloud_map(aws: &InMemory, operation: &str, input: Value) -> Value {
    let call = Call::new(&servicediscovery::DESCRIPTION, operation, "person", input);
    aws.cloud_map.call(&call).await.unwrap().into_json().unwrap()
}

/// Creates the name `HOST`, and returns the ARN of its service.
async fn name(aws: &InMemory) -> Value {
    cloud_map(aws, "CreatePrivateDnsNamespace", json!({ "Name": "orders.local", "Vpc": "vpc-1" })).await;
    sleep(PATIENCE).await;
    let dns = json!({ "DnsRecords": [{ "Type": "A", "TTL": 10 }] });
    let input = json!({ "Name": "redis", "NamespaceId": aws.cloud_map.namespace_id("orders.local"), "DnsConfig": dns });
    cloud_map(aws, "CreateService", input).await["Service"]["Arn"].clone()
}

/// A service of one task with this container, which reads the secret `orders` when it starts.
async fn service(aws: &InMemory, service: &str, mut container: Value, registries: Value) {
    let secret = client(aws, "person").describe_secret().secret_id("orders").send().await.unwrap().arn.unwrap();
    container["secrets"] = json!([{ "name": "PASSWORD", "valueFrom": secret }]);
    ecs(aws, "CreateCluster", json!({ "clusterName": "orders" })).await;
    let definition = json!({
        "family": service, "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution", "containerDefinitions": [container],
    });
    ecs(aws, "RegisterTaskDefinition", definition).await;
    let create = json!({
        "cluster": "orders", "serviceName": service, "taskDefinition": service, "desiredCount": 1,
        "launchType": "FARGATE", "serviceRegistries": registries,
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } },
        "deploymentConfiguration": { "minimumHealthyPercent": 0, "maximumPercent": 100 },
    });
    ecs(aws, "CreateService", create).await;
    aws.ecs.settled("orders", service, PATIENCE).await.unwrap();
}

/// An AWS with the secret `orders`.
async fn with_secret(value: &str) -> Arc<InMemory> {
    let aws = start(1);
    client(&aws, "person").create_secret().name("orders").secret_string(value).send().await.unwrap();
    aws
}

async fn put(aws: &InMemory, value: &str) {
    client(aws, "person").put_secret_value().secret_id("orders").secret_string(value).send().await.unwrap();
}

/// Which of these the one Redis of the service accepts.
fn accepted(aws: &InMemory) -> (Ipv4Addr, Vec<&'static str>) {
    let [(address, container)] = aws.ecs.simulated("orders", "redis").try_into().unwrap();
    let redis = container.redis.unwrap();
    let redis = redis.lock().unwrap();
    (address, ["first", "second"].into_iter().filter(|password| redis.accepts("default", password)).collect())
}

#[tokio::test(start_paused = true)]
async fn a_redis_in_memory_starts_with_what_its_secret_has_then_and_its_name_leads_to_it() {
    let aws = with_secret("first").await;
    let registries = json!([{ "registryArn": name(&aws).await }]);
    let command = json!(["sh", "-c", "exec redis-server --requirepass \"$PASSWORD\""]);
    let container = json!({ "name": "redis", "image": "redis:8-alpine", "command": command });
    service(&aws, "redis", container, registries).await;
    let (first, accepts) = accepted(&aws);
    assert_eq!(accepts, ["first"]);
    let reached = || aws.fleet.reach((aws.cloud_map.address(HOST).unwrap(), PORT).into());
    assert_eq!((reached(), aws.fleet.reach((first, PORT).into())), (Some(first), Some(first)));

    put(&aws, "second").await;
    let task = aws.ecs.tasks("orders", "redis").remove(0);
    aws.ecs.kill_task(&task.arn).await.unwrap();
    assert!(aws.ecs.simulated("orders", "redis").is_empty(), "it has ended");
    aws.ecs.settled("orders", "redis", PATIENCE).await.unwrap();
    let (second, accepts) = accepted(&aws);
    assert_eq!((accepts, second != first), (vec!["second"], true));
    assert_eq!((reached(), aws.fleet.reach((first, PORT).into())), (Some(second), None));
    let records = aws.journal.entries().into_iter().filter(|entry| entry.principal == "ecs");
    let records: Vec<_> = records.map(|entry| entry.operation).collect();
    assert_eq!(records, ["StartContainer", "StopContainer", "StartContainer"]);
    aws.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_task_in_memory_keeps_what_it_read_until_a_deployment_replaces_it() {
    let aws = with_secret("first").await;
    let container = json!({ "name": "app", "image": "app:1", "command": ["app"] });
    service(&aws, "app", container, json!([])).await;
    let read = || {
        let running = aws.ecs.simulated("orders", "app").into_iter();
        let environments = running.map(|(_, container)| container.environment[0].1.expose_secret().to_owned());
        environments.collect::<Vec<_>>()
    };
    put(&aws, "second").await;
    sleep(PATIENCE).await;
    assert_eq!(read(), ["first"]);
    let deploy = json!({ "cluster": "orders", "service": "app", "forceNewDeployment": true });
    ecs(&aws, "UpdateService", deploy).await;
    aws.ecs.settled("orders", "app", PATIENCE).await.unwrap();
    assert_eq!(read(), ["second"]);
    aws.stop().await;
}
