//! Whole rotations under load.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions, Traffic};
use sandbox::faults::{At, Rule, What};
use secrecy::ExposeSecret;
use tokio::time::sleep;

/// Pauses the first call of each step, to allow checks between two steps.
///
/// The function retries a call without an answer: retries are paused too.
fn pause_between_steps(stage: &Stage) {
    for step in ["setSecret", "testSecret", "finishSecret"] {
        stage.arm(Rule::new("rotate-auth", At::operation("DescribeSecret"), What::Hold).during(step).times(3));
    }
}

/// Rotates twice, with checks between all steps.
pub(super) async fn two_rotations_under_load_fail_no_command_and_each_step_has_its_effect(flavour: Flavour) {
    for topology in flavour.topologies() {
        let stage = Stage::set(StageOptions { flavour, topology: *topology, ..StageOptions::default() }).await;
        let traffic = Traffic::start(&stage).await;
        let (all, mut before_that) = (stage.nodes(), None);
        for rotation in 1..=2 {
            let old = stage.current().await;
            pause_between_steps(&stage);
            stage.start_rotation().await.unwrap();

            stage.ended("createSecret", rotation).await;
            let new = stage.credential("AWSPENDING").await.unwrap();
            assert_ne!(new.expose_secret(), old.expose_secret());
            assert_eq!((stage.accepting(&old).await, stage.accepting(&new).await), (all, 0), "after createSecret");
            stage.sandbox.faults.release();

            stage.ended("setSecret", rotation).await;
            assert_eq!((stage.accepting(&old).await, stage.accepting(&new).await), (all, all), "after setSecret");
            if let Some(evicted) = &before_that {
                assert_eq!(stage.accepting(evicted).await, 0, "only two credentials are accepted");
            }
            stage.sandbox.faults.release();

            stage.ended("testSecret", rotation).await;
            assert_eq!(stage.current().await.expose_secret(), old.expose_secret(), "after testSecret");
            stage.sandbox.faults.release();

            let report = stage.settled().await;
            assert!(report.succeeded, "{report:?}");
            assert_eq!(stage.current().await.expose_secret(), new.expose_secret(), "after finishSecret");
            assert_eq!((stage.accepting(&old).await, stage.accepting(&new).await), (all, all), "after finishSecret");

            // The next rotation drops the oldest credential, so clients that read the secret only at startup are restarted.
            traffic.restart();
            sleep(Duration::from_millis(500)).await;
            before_that = Some(old);
        }
        assert_eq!(stage.modifications(), flavour.calls_of(2, all));
        traffic.assert_served().await;
        stage.stop().await;
    }
}
