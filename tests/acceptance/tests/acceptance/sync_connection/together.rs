//! Concurrent runs of sync-connection for one target.

use std::time::Duration;

use acceptance::{
    List, Stage, StageOptions,
    connection::{NAME, sync},
};
use sandbox::faults::{At, Rule, What};
use tokio::time::sleep;

use super::services::{CLUSTER, arns, at_once, create_login_service, deployments, settle, stage, steady};

/// Long enough for every rollout here.
const AMPLE: Duration = Duration::from_secs(60);

/// The desired number of tasks of each service.
const DESIRED: i32 = 2;

async fn rotated(services: &[&str]) -> Stage {
    let stage = stage(StageOptions::default(), AMPLE).await;
    for name in services {
        create_login_service(&stage, name).await;
    }
    settle(&stage, services, at_once()).await;
    assert!(stage.rotate().await.succeeded);
    stage
}

/// Returns the lowest number of running tasks of any of these services until `done` completes.
async fn fewest_running(stage: &Stage, services: &[&str], done: impl Future<Output = ()>) -> i32 {
    let mut fewest = i32::MAX;
    tokio::pin!(done);
    loop {
        let described = stage.ecs().describe_services().cluster(CLUSTER);
        let described = described.set_services(Some(services.iter().map(|name| (*name).to_owned()).collect()));
        let counts = described.send().await.unwrap().services.unwrap_or_default();
        fewest = counts.iter().map(|service| service.running_count).min().unwrap().min(fewest);
        tokio::select! {
            () = &mut done => return fewest,
            () = sleep(Duration::from_millis(50)) => {}
        }
    }
}

/// Two runs at once are not supported: the settings of the function should allow one concurrent run per target. If it happens
/// anyway, both runs may see a service before either has deployed it, and then both deploy it. A random delay makes that rare,
/// but is no lock. Each run deploys a service once at most, and every service keeps its tasks.
#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_each_deploy_a_service_once_at_most_and_leave_no_service_without_tasks() {
    let services = ["web", "worker"];
    let stage = rotated(&services).await;
    let before = services.map(|name| arns(&stage, name)).concat();
    let both = async {
        let (one, other) = tokio::join!(sync(&stage), sync(&stage));
        for outcome in [one, other] {
            assert!(["done", "kept"].contains(&outcome.status()), "{outcome}");
            let mut deployed = outcome.actions_at(List::Done);
            deployed.sort();
            let all = deployed.len();
            deployed.dedup();
            assert_eq!(deployed.len(), all, "a run has deployed a service twice: {outcome}");
        }
    };
    let fewest = fewest_running(&stage, &services, both).await;
    assert!(fewest >= DESIRED, "a service had {fewest} tasks");
    let (once, once_per_run) = (services.len(), 2 * services.len());
    assert!((once..=once_per_run).contains(&deployments(&stage)), "{} deployments", deployments(&stage));
    for name in services {
        steady(&stage, name).await;
        let now = arns(&stage, name);
        assert!(now.len() == 2 && now.iter().all(|arn| !before.contains(arn)), "{name}: {now:?}");
    }
    assert_eq!(sync(&stage).await.status(), "kept");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_was_deployed_meanwhile_is_not_deployed_again() {
    let stage = rotated(&["web"]).await;
    // Paused at a login, after it has decided to deploy the service.
    stage.arm(Rule::new(NAME, At::operation("Connect"), What::Hold));
    let meanwhile = async {
        stage.fired(1).await;
        let force = stage.ecs().update_service().cluster(CLUSTER).service("web").force_new_deployment(true);
        force.send().await.unwrap();
        stage.sandbox.faults.release();
    };
    let (outcome, ()) = tokio::join!(sync(&stage), meanwhile);
    assert_eq!((outcome.status(), outcome.actions_at(List::Done).len()), ("kept", 0), "{outcome}");
    assert_eq!(deployments(&stage), 0);
    stage.stop().await;
}
