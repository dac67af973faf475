//! Rotations that something happens to, with clients at work.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions, quick};
use sandbox::{
    faults::{At, Rule, What},
    services::elasticache::Timing,
};
use tokio::time::{Instant, sleep};
use workload::{
    load::{Load, LoadOptions, Watcher, WatcherOptions},
    upstash,
};

/// Clients and a watcher at work on a stage.
pub(crate) struct Audience {
    clients: Clients,
    watcher: Watcher,
}

enum Clients {
    Redis(Load),
    Upstash(upstash::Load),
}

impl Audience {
    pub(crate) async fn of(stage: &Stage) -> Self {
        let target = stage.load_target();
        let clients = match target.site.database() {
            Some(_) => Clients::Upstash(upstash::Load::start(&stage.sandbox, &stage.target).await.unwrap()),
            None => Clients::Redis(Load::start(target.clone(), LoadOptions::default()).await.unwrap()),
        };
        let watcher = Watcher::start(target, WatcherOptions::default()).await.unwrap();
        Self { clients, watcher }
    }

    /// Restarts the clients, as a deployment does.
    pub(crate) fn roll(&self) {
        match &self.clients {
            Clients::Redis(load) => load.roll(),
            Clients::Upstash(load) => load.roll(),
        }
    }

    /// Ends it, and holds that nobody was ever let down.
    pub(crate) async fn was_served(self) {
        match self.clients {
            Clients::Redis(load) => {
                let stats = load.stop().await;
                assert_eq!(stats.failed, 0, "{stats:?}");
                assert!(stats.commands > 500, "{stats:?}");
                assert!(stats.restarts > 0, "{stats:?}");
            }
            Clients::Upstash(load) => {
                let stats = load.stop().await;
                assert_eq!((stats.failed, stats.refused), (0, 0), "{stats:?}");
                assert!(stats.commands > 100, "{stats:?}");
            }
        }
        let seen = self.watcher.stop().await;
        assert_eq!(seen.refused, 0, "{seen:?}");
        assert!(seen.logins > 20, "{seen:?}");
    }
}

/// Waits until a step has ended `times` times in all.
pub(super) async fn ended(stage: &Stage, step: &str, times: usize) {
    let give_up = Instant::now() + Duration::from_secs(60);
    while stage.sandbox.runner.invocations().iter().filter(|ended| ended.label == step).count() < times {
        assert!(Instant::now() < give_up, "{step} does not end");
        sleep(Duration::from_millis(20)).await;
    }
}

/// A rotation during whose `step` the primary of the first shard fails, in each shape that a group can have.
///
/// A serverless cache is not among them: its customers see no node that could fail.
async fn survives_a_failover_during(flavour: Flavour, first_look: &str, step: &str) {
    for topology in flavour.topologies() {
        let timing = Timing { modify: Duration::from_secs(2), ..quick() };
        let stage = Stage::set(StageOptions { flavour, topology: *topology, timing, ..StageOptions::default() }).await;
        let audience = Audience::of(&stage).await;
        // The step is held back at its first look at the server, until the failover is under way.
        stage.sandbox.faults.arm(Rule {
            function: "rotate-auth".to_owned(),
            during: Some(step.to_owned()),
            at: At::Operation(first_look.to_owned()),
            what: What::Hold,
            times: 1,
        });
        stage.start_rotation().await.unwrap();
        let earlier = if step == "setSecret" { "createSecret" } else { "setSecret" };
        ended(&stage, earlier, 1).await;
        let failing = stage.sandbox.elasticache.fail_over(stage.cache(), "0001");
        let meanwhile = async {
            sleep(Duration::from_millis(200)).await;
            stage.sandbox.faults.release();
        };
        let (failed, ()) = tokio::join!(failing, meanwhile);
        failed.unwrap();
        let report = stage.settled().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!(stage.modifications(), 1);
        sleep(Duration::from_secs(1)).await;
        let current = stage.current().await;
        assert_eq!(stage.accepting(&current).await, stage.nodes());
        audience.was_served().await;
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_in_the_middle_of_set_secret_is_survived() {
    survives_a_failover_during(Flavour::ElasticacheAuth, "DescribeReplicationGroups", "setSecret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_in_the_middle_of_test_secret_is_survived() {
    survives_a_failover_during(Flavour::ElasticacheAuth, "DescribeReplicationGroups", "testSecret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_in_the_middle_of_a_users_set_secret_is_survived() {
    survives_a_failover_during(Flavour::ElasticacheUser, "DescribeUsers", "setSecret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_in_the_middle_of_a_users_test_secret_is_survived() {
    survives_a_failover_during(Flavour::ElasticacheUser, "DescribeUsers", "testSecret").await;
}
