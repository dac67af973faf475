//! Whole rotations, with clients at work.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions, Traffic};
use sandbox::faults::{At, Rule, What};
use secrecy::ExposeSecret;
use tokio::time::sleep;

/// Holds each step's first call back until it is released, so that there is time to look between two steps.
///
/// The function gives an answer up after a while and asks again: that call is held back too.
fn hold_between_steps(stage: &Stage) {
    for step in ["setSecret", "testSecret", "finishSecret"] {
        stage.arm(Rule::new("rotate-auth", At::operation("DescribeSecret"), What::Hold).during(step).times(3));
    }
}

/// Two rotations in a row, looked at between all steps.
pub(super) async fn two_rotations_pass_under_load_and_each_step_leaves_what_it_should(flavour: Flavour) {
    for topology in flavour.topologies() {
        let stage = Stage::set(StageOptions { flavour, topology: *topology, ..StageOptions::default() }).await;
        let traffic = Traffic::start(&stage).await;
        let (all, mut before_that) = (stage.nodes(), None);
        for rotation in 1..=2 {
            let old = stage.current().await;
            hold_between_steps(&stage);
            stage.start_rotation().await.unwrap();

            stage.ended("createSecret", rotation).await;
            let new = stage.credential("AWSPENDING").await.unwrap();
            assert_ne!(new.expose_secret(), old.expose_secret());
            assert_eq!((stage.accepting(&old).await, stage.accepting(&new).await), (all, 0), "after createSecret");
            stage.sandbox.faults.release();

            stage.ended("setSecret", rotation).await;
            assert_eq!((stage.accepting(&old).await, stage.accepting(&new).await), (all, all), "after setSecret");
            if let Some(evicted) = &before_that {
                assert_eq!(stage.accepting(evicted).await, 0, "there is room for two");
            }
            stage.sandbox.faults.release();

            stage.ended("testSecret", rotation).await;
            assert_eq!(stage.current().await.expose_secret(), old.expose_secret(), "after testSecret");
            stage.sandbox.faults.release();

            let report = stage.settled().await;
            assert!(report.succeeded, "{report:?}");
            assert_eq!(stage.current().await.expose_secret(), new.expose_secret(), "after finishSecret");
            assert_eq!((stage.accepting(&old).await, stage.accepting(&new).await), (all, all), "after finishSecret");

            // The next rotation pushes the old token out, so whoever reads the secret only at start is rolled before.
            traffic.restart();
            sleep(Duration::from_millis(500)).await;
            before_that = Some(old);
        }
        assert_eq!(stage.modifications(), flavour.calls_of(2, all));
        traffic.assert_served().await;
        stage.stop().await;
    }
}
