//! In which order a service replaces its tasks.

use std::time::Duration;

use aws_sdk_ecs::types::DeploymentRolloutState;
use tokio::time::{Instant, sleep};

use super::{PATIENCE, create_service, only, register, service, start};

/// Deploys anew, and looks at the tasks until all is done: how many should run, at most and at least.
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
async fn a_service_scales_to_nothing_and_back() {
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
async fn a_deployment_whose_tasks_fail_is_given_up_and_rolled_back_where_that_is_wanted() {
    let (sandbox, client) = start().await;
    let timing = sandbox::services::ecs::EcsTiming { retry: Duration::from_millis(20), ..Default::default() };
    sandbox.ecs.set_timing(timing);
    register(&client, "app", "exec sleep infinity").await;
    create_service(&client, "app", 1, (100, 200)).await;
    sandbox.ecs.settled("phillm", "app", PATIENCE).await.unwrap();
    let good = service(&client, "app").await.task_definition.unwrap();
    register(&client, "app", "exit 3").await;
    let breaker = aws_sdk_ecs::types::DeploymentCircuitBreaker::builder().enable(true).rollback(true).build();
    let percent = aws_sdk_ecs::types::DeploymentConfiguration::builder().deployment_circuit_breaker(breaker).build();
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
