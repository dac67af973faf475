//! Rotations that something happens to, with clients at work.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions, Traffic, timing::quick};
use sandbox::{
    faults::{At, Rule, What},
    services::elasticache::Timing,
};
use tokio::time::sleep;

/// A rotation during whose `step` the primary of the first shard fails, in each shape that a group can have.
///
/// A serverless cache is not among them: its customers see no node that could fail.
async fn survives_a_failover_during(flavour: Flavour, first_look: &str, step: &str) {
    for topology in flavour.topologies() {
        let timing = Timing { modify: Duration::from_secs(2), ..quick() };
        let stage = Stage::set(StageOptions { flavour, topology: *topology, timing, ..StageOptions::default() }).await;
        let traffic = Traffic::start(&stage).await;
        // The step is held back at its first look at the server, until the failover is under way.
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
