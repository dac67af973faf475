//! The conformance suite: what happens to the nodes.

use std::time::Duration;

use acceptance::{Flavour, STEPS, Stage, StageOptions, class};
use sandbox::{
    faults::{At, Rule, What},
    services::secrets_manager::RotationTiming,
};
use secrecy::{ExposeSecret, SecretString};

use super::stage;

pub(super) async fn a_rotation_ends_with_the_new_credential_current_and_the_old_one_still_accepted(flavour: Flavour) {
    for topology in flavour.topologies() {
        let stage = Stage::set(StageOptions { flavour, topology: *topology, ..StageOptions::default() }).await;
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!(report.tries, 1, "{report:?}");
        let current = stage.current().await;
        assert_ne!(current.expose_secret(), stage.first_token().expose_secret());
        assert!(stage.accepts(&current).await);
        assert!(stage.accepts(&stage.first_token()).await, "removing it is retire-credential's task");
        assert_eq!(stage.credential("AWSPREVIOUS").await.unwrap().expose_secret(), stage.first_token().expose_secret());
        assert_eq!(stage.modifications(), flavour.calls_per_change(stage.nodes()));
        stage.stop().await;
    }
}

pub(super) async fn each_of_three_rotations_keeps_the_previous_credential_and_drops_older_ones(flavour: Flavour) {
    let stage = stage(flavour).await;
    let (mut before, mut before_that) = (stage.current().await, None::<SecretString>);
    for rotation in 1..=3 {
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!(report.tries, 1, "{report:?}");
        assert_eq!(stage.modifications(), flavour.calls_of(rotation, stage.nodes()));
        let current = stage.current().await;
        assert!(stage.accepts(&current).await && stage.accepts(&before).await);
        if let Some(before_that) = before_that.replace(before) {
            assert_eq!(stage.accepting(&before_that).await, 0, "only two credentials are accepted");
        }
        before = current;
    }
    stage.stop().await;
}

pub(super) async fn a_current_credential_that_does_not_log_in_stops_the_rotation_before_any_change(flavour: Flavour) {
    let stage = stage(flavour).await;
    let drifted = stage.put_by_hand();
    stage.put_credential(&drifted, &["AWSCURRENT"]).await;
    let report = stage.rotate().await;
    assert!(!report.succeeded);
    assert!(report.failures.iter().all(|(step, class, _)| step == "setSecret" && class == "NeedsHuman"), "{report:?}");
    assert_eq!(stage.modifications(), 0);
    assert_eq!(stage.current().await.expose_secret(), drifted.expose_secret());
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}

pub(super) async fn current_is_not_moved_while_a_node_does_not_answer(flavour: Flavour) {
    let stage = Stage::set(StageOptions { flavour, timeout: Duration::from_secs(5), ..StageOptions::default() }).await;
    let by_hand = stage.put_by_hand();
    let version = stage.put_credential(&by_hand, &["AWSPENDING"]).await;
    assert_eq!(class(&stage.call("setSecret", &version).await.result), "none");
    stage.freeze_last_node().await;
    let ended = stage.call("finishSecret", &version).await;
    assert_eq!(class(&ended.result), "Retryable", "{ended:?}");
    assert_eq!(stage.current().await.expose_secret(), stage.first_token().expose_secret());
    stage.thaw_last_node().await;
    assert_eq!(class(&stage.call("finishSecret", &version).await.result), "none");
    assert_eq!(stage.current().await.expose_secret(), by_hand.expose_secret());
    stage.stop().await;
}

pub(super) async fn two_rotations_at_once_make_one_change(flavour: Flavour) {
    let stage = stage(flavour).await;
    let (first, second) = tokio::join!(stage.start_rotation(), stage.start_rotation());
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!(stage.modifications(), flavour.calls_per_change(stage.nodes()));
    stage.stop().await;
}

pub(super) async fn a_step_that_runs_twice_at_once_succeeds_twice(flavour: Flavour) {
    let stage = stage(flavour).await;
    let pending = stage.put_by_hand();
    let version = stage.put_credential(&pending, &["AWSPENDING"]).await;
    let (one, other) = tokio::join!(stage.call("setSecret", &version), stage.call("setSecret", &version));
    assert_eq!((class(&one.result), class(&other.result)), ("none", "none"), "{one:?} {other:?}");
    if flavour.is_kept_by_a_service() {
        assert_eq!(stage.modifications(), 1);
    }
    assert!(stage.accepts(&stage.first_token()).await && stage.accepts(&pending).await);
    stage.stop().await;
}

pub(super) async fn every_step_of_a_finished_rotation_can_be_called_again(flavour: Flavour) {
    let stage = stage(flavour).await;
    let version = stage.rotate().await.version_id;
    let current = stage.current().await;
    for step in STEPS {
        let outcome = stage.step(step, &version).await;
        assert_eq!(outcome.status(), "kept", "{outcome}");
    }
    assert_eq!(stage.modifications(), flavour.calls_per_change(stage.nodes()));
    assert_eq!(stage.current().await.expose_secret(), current.expose_secret());
    stage.stop().await;
}

pub(super) async fn a_rotation_that_failed_is_retried_with_the_same_version(flavour: Flavour) {
    let rotation = RotationTiming::new(1, Duration::from_millis(100));
    let stage = Stage::set(StageOptions { flavour, rotation, ..StageOptions::default() }).await;
    stage.arm(Rule::new("rotate-auth", At::Every, What::InternalError).during("testSecret").times(100));
    let stuck = stage.rotate().await;
    assert!(!stuck.succeeded);
    stage.sandbox.faults.disarm();
    assert_eq!(stage.start_rotation().await, Err("InvalidRequestException".to_owned()));
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_eq!(report.version_id, stuck.version_id);
    if flavour.is_kept_by_a_service() {
        assert_eq!(stage.modifications(), 1, "the nodes accepted the pending credential already");
    }
    assert!(stage.accepts(&stage.current().await).await);
    stage.stop().await;
}
