//! The tables of [`plan`].

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde_json::json;
use tokio::time::Instant;

use super::{
    EcsTiming, definition,
    schedule::{Plan, plan},
    service::{Deployment, DeploymentConfiguration, Service, Status},
    store::State,
    task::{Health, LastStatus, StopCode, Task},
};
use crate::wire::Call;

/// A service of this many tasks, with a health check or without.
fn service(desired: usize, (minimum, maximum): (usize, usize), checked: bool) -> Service {
    let mut container = json!({ "name": "app", "image": "app:1", "command": ["true"] });
    if checked {
        container["healthCheck"] = json!({ "command": ["CMD", "true"] });
    }
    let input = json!({
        "family": "app", "containerDefinitions": [container], "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc", "cpu": "256", "memory": "512",
    });
    let call = Call::new(&super::DESCRIPTION, "RegisterTaskDefinition", "test", input);
    let mut state = State {
        timing: EcsTiming::default(),
        clusters: BTreeMap::new(),
        definitions: BTreeMap::new(),
        doomed: BTreeMap::new(),
    };
    definition::register(&mut state, &call, Timestamp::now()).unwrap();
    Service {
        cluster: "wire".to_owned(),
        name: "app".to_owned(),
        status: Status::Active,
        desired,
        configuration: DeploymentConfiguration {
            maximum_percent: maximum,
            minimum_healthy_percent: minimum,
            ..DeploymentConfiguration::default()
        },
        deployments: vec![Deployment::new(state.definition("app").unwrap(), Timestamp::now())],
        registries: Vec::new(),
        network: json!({}),
        tags: BTreeMap::new(),
        created: Timestamp::now(),
        enable_execute_command: false,
        completed: None,
        events: Vec::new(),
        steady: false,
        untold: Vec::new(),
    }
}

/// A task of the service's newest deployment, in this state.
fn task(service: &Service, status: LastStatus, health: Health) -> Task {
    let mut task = Task::new(service, Timestamp::now());
    task.last = status;
    task.containers[0].health = health;
    task
}

fn running(service: &Service) -> Task {
    task(service, LastStatus::Running, Health::Unknown)
}

/// How many tasks are started, and how many stopped.
fn counts(service: &Service, tasks: &[Task]) -> (usize, usize) {
    let Plan { start, stop, .. } = plan(service, &tasks.iter().collect::<Vec<_>>(), Instant::now());
    (start, stop.len())
}

/// The tasks of a service, all of them running, before a new deployment of it.
fn deploy(service: &mut Service) -> Vec<Task> {
    let old = (0..service.desired).map(|_| running(service)).collect();
    let definition = service.primary().definition.clone();
    service.deploy(definition, Timestamp::now());
    old
}

#[test]
fn what_is_missing_is_started_and_what_is_too_much_is_stopped() {
    let service = service(2, (100, 200), false);
    assert_eq!(counts(&service, &[]), (2, 0));
    assert_eq!(counts(&service, &[running(&service)]), (1, 0));
    let three = [running(&service), running(&service), running(&service)];
    assert_eq!(counts(&service, &three), (0, 1));
}

#[test]
fn at_most_100_percent_the_old_task_is_gone_before_the_new_one_starts() {
    let mut service = service(1, (0, 100), false);
    let mut old = deploy(&mut service);
    assert_eq!(counts(&service, &old), (0, 1));
    old[0].end(StopCode::ServiceSchedulerInitiated, "", Timestamp::now());
    for status in [LastStatus::Running, LastStatus::Deactivating, LastStatus::Stopping] {
        old[0].last = status;
        assert_eq!(counts(&service, &old), (0, 0), "{status:?}");
    }
    old[0].last = LastStatus::Deprovisioning;
    assert_eq!(counts(&service, &old), (1, 0));
}

#[test]
fn at_least_100_percent_the_old_task_stays_until_the_new_one_serves() {
    let mut service = service(1, (100, 200), true);
    let mut tasks = deploy(&mut service);
    tasks[0].containers[0].health = Health::Healthy;
    assert_eq!(counts(&service, &tasks), (1, 0));
    tasks.push(task(&service, LastStatus::Pending, Health::Unknown));
    assert_eq!(counts(&service, &tasks), (0, 0));
    tasks[1].last = LastStatus::Running;
    assert_eq!(counts(&service, &tasks), (0, 0));
    tasks[1].containers[0].health = Health::Healthy;
    assert_eq!(counts(&service, &tasks), (0, 1));
}

#[test]
fn an_unhealthy_task_outlives_its_replacement_only_where_there_is_room_for_both() {
    let narrow = service(1, (0, 100), true);
    let sick = |service| task(service, LastStatus::Running, Health::Unhealthy);
    assert_eq!(counts(&narrow, &[sick(&narrow)]), (0, 1));
    let wide = service(1, (100, 200), true);
    assert_eq!(counts(&wide, &[sick(&wide)]), (1, 0));
    let both = |health| [sick(&wide), task(&wide, LastStatus::Running, health)];
    assert_eq!(counts(&wide, &both(Health::Unknown)), (0, 0));
    assert_eq!(counts(&wide, &both(Health::Healthy)), (0, 1));
}

#[test]
fn nothing_is_started_while_a_failure_is_fresh() {
    let mut service = service(1, (100, 200), false);
    service.primary_mut().held = Some(Instant::now() + Duration::from_secs(60));
    assert_eq!(counts(&service, &[]), (0, 0));
}

#[test]
fn a_deployment_is_complete_once_only_its_own_tasks_are_left() {
    let mut service = service(1, (0, 200), false);
    let complete =
        |service: &Service, tasks: &[Task]| plan(service, &tasks.iter().collect::<Vec<_>>(), Instant::now()).complete;
    assert!(!complete(&service, &[]));
    assert!(complete(&service, &[running(&service)]));
    let mut tasks = deploy(&mut service);
    tasks.push(running(&service));
    tasks[0].end(StopCode::ServiceSchedulerInitiated, "", Timestamp::now());
    assert!(!complete(&service, &tasks));
    tasks[0].last = LastStatus::Deprovisioning;
    assert!(complete(&service, &tasks));
}
