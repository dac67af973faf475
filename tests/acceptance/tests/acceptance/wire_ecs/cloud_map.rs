//! Cloud Map has the running tasks as instances.

use std::time::Duration;

use aws_sdk_servicediscovery::{Client, error::ProvideErrorMetadata};
use tokio::time::{Instant, sleep};

use super::{PATIENCE, log_in, only, service, start_redis};

#[tokio::test]
async fn a_replaced_task_replaces_the_instance_in_cloud_map() {
    let (sandbox, client) = start_redis().await;
    let names = Client::new(&sandbox.sdk_config());
    let arn = service(&client, "redis").await.service_registries()[0].registry_arn().unwrap().to_owned();
    let id = arn.rsplit('/').next().unwrap();
    let registered = async || {
        let instances = names.list_instances().service_id(id).send().await.unwrap().instances.unwrap();
        instances.iter().map(|one| one.attributes().unwrap()["AWS_INSTANCE_IPV4"].clone()).collect::<Vec<_>>()
    };
    let old = only(&sandbox, "redis");
    assert_eq!(registered().await, [old.address.to_string()]);
    let described = names.get_service().id(id).send().await.unwrap().service.unwrap();
    assert_eq!((described.name(), described.instance_count()), (Some("redis"), Some(1)));
    client.stop_task().cluster("phillm").task(&old.arn).send().await.unwrap();
    let give_up = Instant::now() + PATIENCE;
    while !registered().await.is_empty() {
        assert!(Instant::now() < give_up);
        sleep(Duration::from_millis(5)).await;
    }
    sandbox.ecs.settled("phillm", "redis", PATIENCE).await.unwrap();
    let new = only(&sandbox, "redis");
    assert_eq!(registered().await, [new.address.to_string()]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_address_of_a_name_forwards_to_the_current_task() {
    let (sandbox, _client) = start_redis().await;
    let address = sandbox.cloud_map.address("redis.phillm.local").unwrap();
    let old = only(&sandbox, "redis");
    let by_name = sandbox::services::ecs::TaskView { address, ..old.clone() };
    log_in(&by_name, "one").await.unwrap();
    sandbox.ecs.kill_task(&old.arn).await.unwrap();
    assert!(log_in(&by_name, "one").await.is_err());
    sandbox.ecs.settled("phillm", "redis", PATIENCE).await.unwrap();
    log_in(&by_name, "one").await.unwrap();
    assert_eq!(sandbox.cloud_map.address("other.phillm.local"), None);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn missing_resources_are_refused() {
    let (sandbox, _client) = super::start().await;
    let names = Client::new(&sandbox.sdk_config());
    let error = names.list_instances().service_id("srv-none").send().await.unwrap_err().into_service_error();
    assert!(error.is_service_not_found());
    let error = names.get_operation().operation_id("none").send().await.unwrap_err().into_service_error();
    assert!(error.is_operation_not_found());
    let make = || names.create_private_dns_namespace().name("phillm.local").vpc("vpc-1").send();
    make().await.unwrap();
    assert!(make().await.unwrap_err().into_service_error().is_namespace_already_exists());
    let error = names.delete_namespace().id("ns-1").send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    sandbox.stop().await.unwrap();
}
