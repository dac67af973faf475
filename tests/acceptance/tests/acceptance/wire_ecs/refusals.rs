//! The errors, pages and failures of ECS.

use aws_sdk_ecs::{
    error::ProvideErrorMetadata,
    types::{Compatibility, ContainerDefinition, DeploymentConfiguration, LaunchType, NetworkMode, Tag},
};

use super::{PATIENCE, create_service, network, register, service, start};

#[tokio::test]
async fn missing_resources_are_refused_or_reported_as_failures() {
    let (sandbox, client) = start().await;
    let error = client.describe_services().cluster("none").services("app").send().await.unwrap_err();
    assert!(error.into_service_error().is_cluster_not_found_exception());
    client.create_cluster().cluster_name("phillm").send().await.unwrap();
    let answer = client.describe_services().cluster("phillm").services("app").send().await.unwrap();
    assert_eq!((answer.services().len(), answer.failures()[0].reason()), (0, Some("MISSING")));
    let answer = client.describe_tasks().cluster("phillm").tasks("none").send().await.unwrap();
    assert_eq!((answer.tasks().len(), answer.failures()[0].reason()), (0, Some("MISSING")));
    let error = client.update_service().cluster("phillm").service("app").desired_count(1).send().await.unwrap_err();
    assert!(error.into_service_error().is_service_not_found_exception());
    let error = client.list_tasks().cluster("phillm").service_name("app").send().await.unwrap_err();
    assert!(error.into_service_error().is_service_not_found_exception());
    let error = client.stop_task().cluster("phillm").task("none").send().await.unwrap_err();
    assert!(error.into_service_error().is_invalid_parameter_exception());
    let error = client.describe_task_definition().task_definition("app").send().await.unwrap_err();
    assert!(error.into_service_error().is_client_exception());
    let error = client.run_task().cluster("phillm").task_definition("app").send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_deleted_service_drains_and_cannot_be_updated() {
    let (sandbox, client) = start().await;
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 1, (0, 100)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let delete = |force| client.delete_service().cluster("phillm").service("app").force(force).send();
    assert!(delete(false).await.unwrap_err().into_service_error().is_invalid_parameter_exception());
    assert_eq!(delete(true).await.unwrap().service.unwrap().status(), Some("DRAINING"));
    let give_up = tokio::time::Instant::now() + PATIENCE;
    while service(&client, "app").await.status() != Some("INACTIVE") {
        assert!(tokio::time::Instant::now() < give_up);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let error = client.update_service().cluster("phillm").service("app").desired_count(1).send().await.unwrap_err();
    assert!(error.into_service_error().is_service_not_active_exception());
    assert!(client.list_services().cluster("phillm").send().await.unwrap().service_arns().is_empty());
    create_service(&client, "app", 0, (0, 100)).await;
    assert_eq!(service(&client, "app").await.status(), Some("ACTIVE"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn tasks_are_listed_in_pages() {
    let (sandbox, client) = start().await;
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 3, (100, 200)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let list = || client.list_tasks().cluster("phillm").service_name("app").max_results(2);
    let first = list().send().await.unwrap();
    let second = list().next_token(first.next_token().unwrap()).send().await.unwrap();
    assert_eq!((first.task_arns().len(), second.task_arns().len(), second.next_token()), (2, 1, None));
    assert!(!first.task_arns().contains(&second.task_arns()[0]));
    let error = list().next_token("other").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_parameter_exception());
    let error = client.list_tasks().cluster("phillm").max_results(101).send().await.unwrap_err();
    assert!(error.into_service_error().is_invalid_parameter_exception());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_definition_that_fargate_cannot_run_is_refused() {
    let (sandbox, client) = start().await;
    let container = || ContainerDefinition::builder().name("app").image("app:1").command("true").build();
    let base = || client.register_task_definition().family("app").requires_compatibilities(Compatibility::Fargate);
    let whole = || base().network_mode(NetworkMode::Awsvpc).cpu("256").memory("512");
    let cases = [
        base().cpu("256").memory("512").container_definitions(container()),
        base().network_mode(NetworkMode::Awsvpc).container_definitions(container()),
        base().network_mode(NetworkMode::Awsvpc).cpu("256").memory("4096").container_definitions(container()),
        whole(),
        whole().container_definitions(ContainerDefinition::builder().name("app").image("app:1").build()),
    ];
    for case in cases {
        let error = case.send().await.unwrap_err();
        assert!(matches!(error.code(), Some("ClientException" | "InvalidParameterException")), "{error:?}");
    }
    whole().container_definitions(container()).send().await.unwrap();
    let second = whole().container_definitions(container()).send().await.unwrap().task_definition.unwrap();
    assert_eq!(second.revision(), 2);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_invalid_service_is_refused() {
    let (sandbox, client) = start().await;
    register(&client, "app", "exec sleep infinity").await;
    client.create_cluster().cluster_name("phillm").send().await.unwrap();
    let base = || client.create_service().cluster("phillm").service_name("app").desired_count(0);
    let whole = || {
        let base = base().task_definition("app").launch_type(LaunchType::Fargate);
        base.network_configuration(network()).tags(Tag::builder().key("redis-lifecycle:target").value("phillm").build())
    };
    let stuck = DeploymentConfiguration::builder().minimum_healthy_percent(100).maximum_percent(100).build();
    let registry = aws_sdk_ecs::types::ServiceRegistry::builder().registry_arn("arn:none").build();
    let cases = [
        base().task_definition("none").launch_type(LaunchType::Fargate).network_configuration(network()),
        base().task_definition("app").network_configuration(network()),
        base().task_definition("app").launch_type(LaunchType::Fargate),
        whole().deployment_configuration(stuck),
        whole().service_registries(registry),
    ];
    for case in cases {
        let error = case.send().await.unwrap_err();
        assert!(matches!(error.code(), Some("ClientException" | "InvalidParameterException")), "{error:?}");
    }
    let made = whole().send().await.unwrap().service.unwrap();
    assert!(whole().send().await.unwrap_err().into_service_error().is_invalid_parameter_exception());
    let tags = client.list_tags_for_resource().resource_arn(made.service_arn().unwrap()).send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), Some("phillm"));
    sandbox.stop().await.unwrap();
}
