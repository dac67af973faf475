//! Rotations during a failover, under load.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions, Traffic, timing::quick};
use sandbox::{
    faults::{At, Rule, What},
    services::elasticache::Timing,
};
use tokio::time::sleep;

/// Rotates, and fails over the primary of the first shard during `step`, in each topology of a group.
///
/// A serverless cache has no failover that its users could start.
async fn survives_a_failover_during(flavour: Flavour, first_look: &str, step: &str) {
    for topology in flavour.topologies() {
        let timing = Timing { modify: Duration::from_secs(2), ..quick() };
        let stage = Stage::set(StageOptions { flavour, topology: *topology, timing, ..StageOptions::default() }).await;
        let traffic = Traffic::start(&stage).await;
        // Pause the step at its first look at the server until the failover has started.
        stage.arm(Rule::new("rotate-auth", At::operation(first_look), What::Hold).during(step));
        stage.start_rotation().await.unwrap();
        let earlier = if step == "setSecret" { "createSecret" } else { "setSecret" };
        stage.ended(earlier, 1).await;
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
        traffic.assert_served().await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_survives_a_failover_during_set_secret() {
    survives_a_failover_during(Flavour::ElasticacheAuth, "DescribeReplicationGroups", "setSecret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_survives_a_failover_during_test_secret() {
    survives_a_failover_during(Flavour::ElasticacheAuth, "DescribeReplicationGroups", "testSecret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_a_user_survives_a_failover_during_set_secret() {
    survives_a_failover_during(Flavour::ElasticacheUser, "DescribeUsers", "setSecret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_of_a_user_survives_a_failover_during_test_secret() {
    survives_a_failover_during(Flavour::ElasticacheUser, "DescribeUsers", "testSecret").await;
}
