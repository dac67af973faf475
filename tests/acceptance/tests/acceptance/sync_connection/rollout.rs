//! Consumers are redeployed one after another.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acceptance::{
    List, Outcome, Stage, StageOptions, Traffic,
    connection::{NAME, dry_run, sync, sync_until_done},
    retirement::{self, REMOVED, retire},
    run::TIMEOUT,
};
use sandbox::services::ecs::EcsTiming;
use serde_json::{Value, json};
use tokio::time::sleep;
use workload::create_consumer_service;

use super::services::{
    Breaker, CLUSTER, arns, at_once, break_fragile, create_fragile_service, create_login_service, deployments,
    repair_fragile, settle, stage, steady, tasks,
};

/// Long enough for every rollout here.
const AMPLE: Duration = Duration::from_secs(60);

const WEB: &str = "deploy-service the ECS service main/web";
const WORKER: &str = "deploy-service the ECS service main/worker";

/// Creates a stage that was rotated after its two services had started.
async fn rotated() -> Stage {
    let stage = stage(StageOptions::default(), AMPLE).await;
    for name in ["web", "worker"] {
        create_consumer_service(&stage.sandbox, CLUSTER, name, 2).await.unwrap();
    }
    settle(&stage, &["web", "worker"], at_once()).await;
    assert!(stage.rotate().await.succeeded);
    stage
}

/// Returns what a run waits for, and why.
fn waiting(outcome: &Outcome) -> Vec<String> {
    outcome.entries(List::Waiting).into_iter().map(|(what, reason)| format!("{what}: {reason}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_are_redeployed_in_turn_and_then_the_previous_credential_is_retired() {
    let stage = stage(StageOptions::default(), AMPLE).await;
    stage.deploy(retirement::NAME, TIMEOUT);
    for name in ["worker", "web"] {
        create_login_service(&stage, name).await;
    }
    settle(&stage, &["web", "worker"], at_once()).await;
    let traffic = Traffic::start(&stage).await;
    for round in 1..=2 {
        let old = stage.current().await;
        assert!(stage.rotate().await.succeeded);
        let outcome = retire(&stage).await;
        assert_eq!(outcome.waiting_for(), ["the ECS service main/web", "the ECS service main/worker"], "{outcome}");
        let before = [arns(&stage, "web"), arns(&stage, "worker")].concat();
        let outcome = sync(&stage).await;
        assert_eq!(outcome.actions_at(List::Done), [WEB, WORKER], "{outcome}");
        assert_eq!((outcome.status(), deployments(&stage)), ("done", 2 * round), "{outcome}");
        let (web, worker) = (tasks(&stage, "web"), tasks(&stage, "worker"));
        assert!(web.iter().chain(&worker).all(|task| !before.contains(&task.arn)), "{web:?} {worker:?}");
        let last_of_web = web.iter().map(|task| task.created).max().unwrap();
        assert!(worker.iter().all(|task| task.created > last_of_web), "{web:?} {worker:?}");
        // The clients of the load are in no service, so the test restarts them.
        traffic.restart();
        sleep(Duration::from_millis(500)).await;
        let outcome = retire(&stage).await;
        assert_eq!(outcome.done(), REMOVED, "{outcome}");
        assert_eq!(stage.accepting(&old).await, 0);
        let outcome = sync(&stage).await;
        assert_eq!((outcome.status(), deployments(&stage)), ("kept", 2 * round), "{outcome}");
        sleep(Duration::from_secs(1)).await;
        for (name, tasks) in [("web", web), ("worker", worker)] {
            let arns_after: Vec<String> = tasks.into_iter().map(|task| task.arn).collect();
            assert_eq!(arns(&stage, name), arns_after, "no task of {name} was ever refused");
        }
    }
    traffic.assert_served().await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_deployed_by_hand_since_the_rotation_is_not_deployed_again() {
    let stage = rotated().await;
    let force = stage.ecs().update_service().cluster(CLUSTER).service("web").force_new_deployment(true);
    force.send().await.unwrap();
    let outcome = sync(&stage).await;
    assert_eq!(outcome.actions_at(List::Done), [WORKER], "{outcome}");
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), deployments(&stage)), ("kept", 1), "{outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deployed_before_the_first_rotation_or_without_services() {
    let stage = stage(StageOptions::default(), AMPLE).await;
    create_consumer_service(&stage.sandbox, CLUSTER, "web", 1).await.unwrap();
    settle(&stage, &["web"], at_once()).await;
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), deployments(&stage)), ("kept", 0), "{outcome}");
    assert!(stage.rotate().await.succeeded);
    settle(&stage, &[], at_once()).await;
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), deployments(&stage)), ("kept", 0), "{outcome}");
    stage.stop().await;
}

/// Checks that a rollout stops with `needs-human` at a service that does not become stable, and continues after a repair.
async fn assert_stops_at_an_unstable_service(breaker: Breaker, rollout: Value) {
    let stage = stage(StageOptions::default(), AMPLE).await;
    stage.deploy(retirement::NAME, TIMEOUT);
    create_fragile_service(&stage, "web", breaker).await;
    create_consumer_service(&stage.sandbox, CLUSTER, "worker", 1).await.unwrap();
    settle(&stage, &["web", "worker"], rollout).await;
    assert!(stage.rotate().await.succeeded);
    break_fragile(&stage).await;
    let worker = arns(&stage, "worker");
    for round in ["the run that deployed", "the next run"] {
        let outcome = sync(&stage).await;
        assert_eq!(outcome.status(), "needs-human", "{round}: {outcome}");
        let failure = outcome.failure().unwrap();
        assert!(
            failure.starts_with("target orders: the ECS service main/web does not become stable"),
            "{round}: {failure}"
        );
        assert_eq!((deployments(&stage), arns(&stage, "worker")), (1, worker.clone()), "{round}");
    }
    let outcome = retire(&stage).await;
    assert_eq!(outcome.status(), "waiting", "{outcome}");
    assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&stage.current().await).await);
    // After a repair and a deployment by hand, the rollout continues.
    repair_fragile(&stage).await;
    let force = stage.ecs().update_service().cluster(CLUSTER).service("web").force_new_deployment(true);
    force.send().await.unwrap();
    steady(&stage, "web").await;
    settle(&stage, &["web", "worker"], at_once()).await;
    let outcome = sync_until_done(&stage).await;
    assert_eq!(outcome.actions_at(List::Done).last().map(String::as_str), Some(WORKER), "{outcome}");
    let outcome = retire(&stage).await;
    assert_eq!(outcome.done(), REMOVED, "{outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_fails_stops_the_rollout() {
    assert_stops_at_an_unstable_service(Breaker::GiveUp, at_once()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_is_rolled_back_stops_the_rollout() {
    assert_stops_at_an_unstable_service(Breaker::RollBack, at_once()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_takes_too_long_stops_the_rollout() {
    assert_stops_at_an_unstable_service(Breaker::None, json!({ "debounce_s": 0, "stabilise_s": 5 })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deployed_outside_the_window_and_the_outcome_says_when_it_opens() {
    let stage = rotated().await;
    let hour = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 3600;
    let window = |from: u64, to: u64| {
        let time = |hour: u64| format!("{:02}:00", hour % 24);
        json!({ "debounce_s": 0, "window": { "from": time(from), "to": time(to) } })
    };
    // The window starts in the hour after next, so that it does not open during the test.
    settle(&stage, &["web", "worker"], window(hour + 2, hour + 3)).await;
    let outcome = sync(&stage).await;
    assert_eq!(outcome.status(), "waiting", "{outcome}");
    let waited = waiting(&outcome);
    let until = format!(", {:02}:00 UTC", (hour + 2) % 24);
    assert!(waited[0].starts_with("window: `rollout.window` is closed until "), "{waited:?}");
    assert!(waited[0].ends_with(&until), "{waited:?}");
    assert!(waited[1].starts_with("the ECS service main/web: not started since the last change"), "{waited:?}");
    assert_eq!((waited.len(), deployments(&stage)), (3, 0), "{waited:?}");
    settle(&stage, &["web", "worker"], window(hour, hour + 2)).await;
    let outcome = sync(&stage).await;
    assert_eq!(outcome.actions_at(List::Done), [WEB, WORKER], "{outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_changes_within_the_debounce_make_one_deployment() {
    let stage = rotated().await;
    settle(&stage, &["web", "worker"], json!({ "debounce_s": 3600 })).await;
    for _ in 0..2 {
        let outcome = sync(&stage).await;
        let expected = ["debounce", "the ECS service main/web", "the ECS service main/worker"];
        assert_eq!(outcome.waiting_for(), expected, "{outcome}");
        assert!(waiting(&outcome)[0].contains("`rollout.debounce_s` is 3600"), "{outcome}");
        assert!(stage.rotate().await.succeeded);
    }
    assert_eq!(deployments(&stage), 0);
    settle(&stage, &["web", "worker"], at_once()).await;
    sync(&stage).await;
    assert_eq!(deployments(&stage), 2);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_plans_deployments_and_makes_none() {
    let stage = rotated().await;
    let before = [arns(&stage, "web"), arns(&stage, "worker")];
    let outcome = dry_run(&stage).await;
    assert_eq!(outcome.actions_at(List::Planned), [WEB, WORKER], "{outcome}");
    assert_eq!((outcome.actions_at(List::Done).len(), deployments(&stage)), (0, 0), "{outcome}");
    assert_eq!([arns(&stage, "web"), arns(&stage, "worker")], before);
    sync(&stage).await;
    let outcome = dry_run(&stage).await;
    assert_eq!((outcome.actions_at(List::Planned).len(), outcome.status()), (0, "kept"), "{outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_reaches_its_deadline_succeeds_and_leaves_the_rest_to_the_next() {
    let stage = rotated().await;
    stage.sandbox.ecs.set_timing(EcsTiming { provision: Duration::from_secs(4), ..EcsTiming::default() });
    stage.deploy(NAME, Duration::from_secs(5));
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), deployments(&stage)), ("waiting", 1), "{outcome}");
    assert!(outcome.waiting_for().contains(&"the ECS service main/web"), "{outcome}");
    let outcome = sync_until_done(&stage).await;
    assert_eq!((outcome.failure(), deployments(&stage)), (None, 2), "{outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_service_is_refused_with_its_field() {
    let stage = rotated().await;
    settle(&stage, &["web", "gone"], at_once()).await;
    let outcome = sync(&stage).await;
    assert_eq!((outcome.status(), deployments(&stage)), ("permanent", 0), "{outcome}");
    assert!(outcome.failure().unwrap().starts_with("target orders: `consumers[1]` of the settings"), "{outcome}");
    stage.stop().await;
}
