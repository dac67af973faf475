//! The order in which deployments replace tasks.

use std::time::Duration;

use aws_sdk_ecs::{
    Client,
    types::{Deployment, DeploymentCircuitBreaker, DeploymentConfiguration, DeploymentRolloutState},
};
use sandbox::{Sandbox, services::ecs::EcsTiming};
use tokio::time::{Instant, sleep};
use workload::create_consumer_service;

use super::{PATIENCE, create_service, only, register, service, start};

/// Forces a new deployment. Returns the maximum number of tasks and the minimum number of running tasks until it ends.
async fn extremes(percent: (i32, i32)) -> (usize, usize) {
    let (sandbox, client) = start().await;
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 1, percent).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let old = only(&sandbox, "app");
    let answer = client.update_service().cluster("phillm").service("app").force_new_deployment(true).send().await;
    let updated = answer.unwrap().service.unwrap();
    assert_eq!(
        updated.deployments().iter().map(|one| one.status().unwrap()).collect::<Vec<_>>(),
        ["PRIMARY", "ACTIVE"]
    );
    assert_eq!(updated.deployments()[0].rollout_state(), Some(&DeploymentRolloutState::InProgress));
    let (mut most, mut least, give_up) = (0, usize::MAX, Instant::now() + PATIENCE);
    loop {
        let tasks = sandbox.ecs.tasks("phillm", "app");
        let occupying = tasks.iter().filter(|task| !["DEPROVISIONING", "STOPPED"].contains(&task.last_status));
        let running = tasks.iter().filter(|task| task.last_status == "RUNNING" && task.wanted);
        (most, least) = (most.max(occupying.count()), least.min(running.count()));
        let now = service(&client, "app").await;
        if now.deployments().len() == 1
            && now.deployments()[0].rollout_state() == Some(&DeploymentRolloutState::Completed)
        {
            break;
        }
        assert!(Instant::now() < give_up, "{tasks:?}");
        sleep(Duration::from_millis(5)).await;
    }
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    assert_ne!(only(&sandbox, "app").arn, old.arn);
    sandbox.stop().await.unwrap();
    (most, least)
}

#[tokio::test]
async fn with_0_and_100_percent_the_old_task_is_gone_before_the_new_one_starts() {
    assert_eq!(extremes((0, 100)).await, (1, 0));
}

#[tokio::test]
async fn with_100_and_200_percent_the_new_task_runs_before_the_old_one_stops() {
    assert_eq!(extremes((100, 200)).await, (2, 1));
}

#[tokio::test]
async fn a_new_deployment_has_no_desired_task_at_first_while_the_old_one_keeps_its_own() {
    let (sandbox, client) = start().await;
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 2, (100, 200)).await;
    let created = service(&client, "app").await;
    let first = &created.deployments()[0];
    assert_eq!((first.desired_count(), first.rollout_state()), (2, Some(&DeploymentRolloutState::InProgress)));
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    // No task is started in the meantime.
    sandbox.ecs.set_timing(EcsTiming { notice: Duration::from_secs(2), ..Default::default() });
    sleep(Duration::from_millis(100)).await;
    client.update_service().cluster("phillm").service("app").force_new_deployment(true).send().await.unwrap();
    let now = service(&client, "app").await;
    assert_eq!((now.desired_count(), now.running_count()), (2, 2));
    let seen: Vec<_> = now
        .deployments()
        .iter()
        .map(|one| {
            let state = one.rollout_state().unwrap().as_str().to_owned();
            (one.status().unwrap().to_owned(), state, one.desired_count(), one.running_count())
        })
        .collect();
    let expected = [("PRIMARY", "IN_PROGRESS", 0, 0), ("ACTIVE", "COMPLETED", 2, 2)];
    assert_eq!(seen, expected.map(|(status, state, desired, running)| (status.into(), state.into(), desired, running)));
    sandbox.ecs.set_timing(EcsTiming::default());
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let done = service(&client, "app").await;
    assert_eq!((done.deployments().len(), done.deployments()[0].desired_count()), (1, 2));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_service_scales_to_zero_and_back() {
    let (sandbox, client) = start().await;
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 2, (100, 200)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let scale = |count| client.update_service().cluster("phillm").service("app").desired_count(count).send();
    scale(0).await.unwrap();
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    assert!(sandbox.ecs.tasks("phillm", "app").is_empty());
    assert_eq!(service(&client, "app").await.running_count(), 0);
    scale(1).await.unwrap();
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let now = service(&client, "app").await;
    assert_eq!((now.running_count(), now.pending_count(), now.deployments().len()), (1, 0, 1));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_circuit_breaker_rolls_a_failed_deployment_back() {
    let (sandbox, client) = start().await;
    let timing = EcsTiming { retry: Duration::from_millis(20), ..Default::default() };
    sandbox.ecs.set_timing(timing);
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 1, (100, 200)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let good = service(&client, "app").await.task_definition.unwrap();
    register(&client, "app", "exit 3").await;
    let breaker = DeploymentCircuitBreaker::builder().enable(true).rollback(true).build();
    let percent = DeploymentConfiguration::builder().deployment_circuit_breaker(breaker).build();
    let update = client.update_service().cluster("phillm").service("app").task_definition("app");
    let updated = update.deployment_configuration(percent).send().await.unwrap().service.unwrap();
    assert_ne!(updated.task_definition(), Some(good.as_str()));
    let give_up = Instant::now() + PATIENCE;
    while service(&client, "app").await.task_definition() != Some(good.as_str()) {
        assert!(Instant::now() < give_up);
        sleep(Duration::from_millis(20)).await;
    }
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    sandbox.stop().await.unwrap();
}

/// Creates a service with one task, whose new tasks all fail to start and are retried quickly.
async fn with_doomed_service() -> (Sandbox, Client) {
    let (sandbox, client) = start().await;
    sandbox.ecs.set_timing(EcsTiming { retry: Duration::from_millis(20), ..Default::default() });
    create_consumer_service(&sandbox, "phillm", "worker", 1).await.unwrap();
    sandbox.ecs.fail_starts(
        "phillm",
        "worker",
        "CannotPullContainerError: pull image manifest has been retried 5 time(s)",
    );
    (sandbox, client)
}

/// Forces a new deployment, with or without the circuit breaker.
async fn deploy(client: &Client, breaker: bool) {
    let breaker = DeploymentCircuitBreaker::builder().enable(breaker).rollback(false).build();
    let configuration = DeploymentConfiguration::builder().deployment_circuit_breaker(breaker).build();
    let update = client.update_service().cluster("phillm").service("worker").force_new_deployment(true);
    update.deployment_configuration(configuration).send().await.unwrap();
}

/// Waits until the newest deployment meets a condition.
async fn primary(client: &Client, wanted: impl Fn(&Deployment) -> bool) -> Deployment {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let newest = service(client, "worker").await.deployments.unwrap().remove(0);
        if wanted(&newest) {
            return newest;
        }
        assert!(Instant::now() < give_up, "{newest:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn has_said(sandbox: &Sandbox, name: &str) -> bool {
    sandbox.events.events().iter().any(|event| event["detail"]["eventName"] == name)
}

#[tokio::test]
async fn without_the_circuit_breaker_a_deployment_whose_tasks_do_not_start_never_ends() {
    let (sandbox, client) = with_doomed_service().await;
    let old = only(&sandbox, "worker");
    deploy(&client, false).await;
    let tried = primary(&client, |newest| newest.failed_tasks() >= 6).await;
    assert_eq!(tried.rollout_state(), Some(&DeploymentRolloutState::InProgress));
    let now = service(&client, "worker").await;
    let statuses: Vec<_> = now.deployments().iter().filter_map(|one| one.status()).collect();
    assert_eq!((statuses, now.running_count()), (vec!["PRIMARY", "ACTIVE"], 1));
    assert!(sandbox.ecs.tasks("phillm", "worker").iter().any(|task| task.arn == old.arn && task.wanted));
    let why = sandbox.ecs.last_stop("phillm", "worker").unwrap();
    assert!(why.contains("CannotPullContainerError"), "{why}");
    assert!(has_said(&sandbox, "SERVICE_TASK_START_IMPAIRED") && !has_said(&sandbox, "SERVICE_DEPLOYMENT_FAILED"));

    sandbox.ecs.mend_starts("phillm", "worker");
    sandbox.ecs.settled("phillm", "worker", PATIENCE).await.unwrap();
    assert_ne!(only(&sandbox, "worker").arn, old.arn);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_deployment_that_the_circuit_breaker_fails_keeps_the_old_task_and_can_be_repeated() {
    let (sandbox, client) = with_doomed_service().await;
    let old = only(&sandbox, "worker");
    deploy(&client, true).await;
    let failed = primary(&client, |newest| newest.rollout_state() == Some(&DeploymentRolloutState::Failed)).await;
    assert!(
        failed.failed_tasks() >= 3 && failed.rollout_state_reason().unwrap().contains("circuit breaker"),
        "{failed:?}"
    );
    let settled = sandbox.ecs.settled("phillm", "worker", PATIENCE).await.unwrap_err();
    assert!(settled.to_string().contains("failed"), "{settled}");
    assert!(has_said(&sandbox, "SERVICE_DEPLOYMENT_FAILED"));
    // ECS starts no more tasks, and the old task continues to run.
    sandbox.ecs.mend_starts("phillm", "worker");
    sleep(Duration::from_secs(1)).await;
    let now = service(&client, "worker").await;
    assert_eq!((now.running_count(), now.pending_count(), now.deployments()[0].id()), (1, 0, failed.id()));
    assert!(sandbox.ecs.tasks("phillm", "worker").iter().all(|task| task.arn == old.arn));

    deploy(&client, true).await;
    sandbox.ecs.settled("phillm", "worker", PATIENCE).await.unwrap();
    assert_ne!(only(&sandbox, "worker").arn, old.arn);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn only_the_named_services_are_redeployed_one_after_the_other() {
    let (sandbox, client) = start().await;
    let names = ["api", "beat", "worker"];
    for name in names {
        create_consumer_service(&sandbox, "phillm", name, 1).await.unwrap();
    }
    let now = || names.map(|name| only(&sandbox, name).arn);
    for (place, name) in names.into_iter().enumerate().take(2) {
        let before = now();
        client.update_service().cluster("phillm").service(name).force_new_deployment(true).send().await.unwrap();
        sandbox.ecs.settled("phillm", name, PATIENCE).await.unwrap();
        let changed: Vec<_> = now().iter().zip(&before).map(|(new, old)| new != old).collect();
        assert_eq!(changed, [place == 0, place == 1, false]);
    }
    sandbox.stop().await.unwrap();
}
