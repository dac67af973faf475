//! Rotation by reset: it has no overlap, happens at most once, and its result is read back if the answer is lost.

use std::time::Duration;

use acceptance::{Flavour, Outcome, STEPS, Stage, class};
use sandbox::{
    faults::{At, Rule, What},
    upstash::ResetAnswer,
};
use serde_json::Value;
use tokio::time::sleep;
use workload::upstash::{Load, Stats};

use super::{effective, same, stage};

/// How long clients that reread the secret may be refused: from the reset to the move of AWSCURRENT, three steps make a few
/// calls each, and each step may have to start a process.
const LONGEST_GAP: Duration = Duration::from_secs(15);

/// How often the counts of the clients are looked at until one of them was refused: for less time than an AWS call may take.
const MOST_LOOKS: usize = 150;

/// Checks that AWSCURRENT has the database's token, and how many times it was reset.
async fn assert_current(stage: &Stage, resets: usize) {
    let current = stage.current().await;
    assert!(same(&current, &stage.database().token()));
    assert!(stage.accepts(&current).await);
    assert_eq!(effective(stage, "ResetPassword"), resets);
}

/// Checks that AWSPENDING has the database's token, after one reset.
async fn assert_pending(stage: &Stage) {
    assert!(same(&stage.credential("AWSPENDING").await.unwrap(), &stage.database().token()));
    assert_eq!(effective(stage, "ResetPassword"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_refuses_clients_until_they_read_the_secret_again() {
    let stage = stage(Flavour::UpstashReset).await;
    let load = Load::start(&stage.sandbox, &stage.target).await.unwrap();
    // The database has the new token, and AWSCURRENT the old one.
    stage.arm(Rule::new("rotate-auth", At::operation("UpdateSecretVersionStage"), What::Hold).during("finishSecret"));
    stage.start_rotation().await.unwrap();
    stage.fired(1).await;
    for _ in 0..MOST_LOOKS {
        let Stats { refused, failed, .. } = load.stats();
        if refused > 0 && failed > 0 {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    stage.sandbox.faults.release();
    let report = stage.settled().await;
    assert!(report.succeeded && report.tries == 1, "{report:?}");
    load.restart();
    sleep(Duration::from_millis(500)).await;
    let recovered = load.stats();
    sleep(Duration::from_millis(500)).await;
    let stats = load.stop().await;
    assert!(stats.refused > 0 && stats.failed > 0, "clients are refused: {stats:?}");
    assert_eq!(stats.failed, recovered.failed, "and no longer after the restart: {stats:?}");
    assert!(stats.commands > recovered.commands, "{stats:?}");
    assert!((Duration::from_millis(10)..LONGEST_GAP).contains(&stats.longest_gap), "{stats:?}");
    assert_current(&stage, 1).await;
    assert!(!stage.accepts(&stage.first_token()).await, "a reset has no overlap");
    let value: Value = serde_json::from_str(&stage.value("AWSCURRENT").await.unwrap()).unwrap();
    assert_eq!((&value["owner"], &value["url"]), (&"platform".into(), &stage.database().url().into()));
    assert_eq!(value.as_object().unwrap().len(), 3);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_the_answer_to_a_reset_is_accepted() {
    let stage = stage(Flavour::UpstashReset).await;
    let shapes = [ResetAnswer::WithCredentials, ResetAnswer::WithoutCredentials, ResetAnswer::Empty];
    for (resets, shape) in (1..).zip(shapes) {
        stage.sandbox.upstash.set_reset_answer(shape);
        let report = stage.rotate().await;
        assert!(report.succeeded && report.tries == 1, "{shape:?}: {report:?}");
        assert_current(&stage, resets).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_whose_reset_loses_its_answer_does_not_reset_again() {
    let stage = stage(Flavour::UpstashReset).await;
    for (resets, what) in (1..).zip([What::LoseAnswer, What::KillAfter, What::Delay(Duration::from_millis(5500))]) {
        stage.sandbox.faults.disarm();
        stage.arm(Rule::new("rotate-auth", At::operation("ResetPassword"), what).during("setSecret"));
        let report = stage.rotate().await;
        assert!(report.succeeded, "{what:?}: {report:?}");
        assert_eq!(stage.sandbox.faults.fired(), resets, "{what:?}");
        assert_current(&stage, resets).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_until_the_api_returns_the_new_token() {
    for lost in [false, true] {
        let stage = stage(Flavour::UpstashReset).await;
        stage.sandbox.upstash.set_stale(Duration::from_millis(1500));
        stage.sandbox.upstash.set_reset_answer(ResetAnswer::WithoutCredentials);
        if lost {
            stage.arm(Rule::new("rotate-auth", At::operation("ResetPassword"), What::KillAfter).during("setSecret"));
        }
        sleep(Duration::from_millis(1600)).await;
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        assert!(report.failures.iter().all(|(_, class, _)| class != "NeedsHuman"), "{report:?}");
        assert_current(&stage, 1).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_reset_by_hand_is_not_reset_again() {
    let stage = stage(Flavour::UpstashReset).await;
    stage.database().reset_password().await.unwrap();
    let report = stage.rotate().await;
    assert!(report.succeeded && report.tries == 1, "{report:?}");
    assert_current(&stage, 0).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_paused_before_its_reset_finds_the_reset_of_another_run() {
    let stage = stage(Flavour::UpstashReset).await;
    // It reads AWSCURRENT, AWSPENDING and the API key, and the API key again just before its reset.
    stage.arm(Rule::new("rotate-auth", At::nth(4, "GetSecretValue"), What::Hold).during("setSecret"));
    stage.start_rotation().await.unwrap();
    stage.fired(1).await;
    assert_eq!(effective(&stage, "GetDatabase"), 2, "one look by createSecret, and one by setSecret");
    let pending = stage.version_with("AWSPENDING").await.unwrap();
    assert_eq!(class(&stage.call("setSecret", &pending).await.result), "none");
    assert_pending(&stage).await;
    stage.sandbox.faults.release();
    let report = stage.settled().await;
    assert!(report.succeeded && report.tries == 1, "{report:?}");
    assert_current(&stage, 1).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_token_that_the_database_refuses_is_replaced() {
    let stage = stage(Flavour::UpstashReset).await;
    let dead = stage.database().make_token_for_nobody("default");
    let version = stage.put_credential(&dead, &["AWSPENDING"]).await;
    // The call is refused because a rotation is pending, and retries that rotation.
    assert!(stage.start_rotation().await.is_err());
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_ne!(report.version_id, version);
    assert_current(&stage, 1).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_the_settings_resets_nothing() {
    let stage = stage(Flavour::UpstashReset).await;
    for empty in [false, true] {
        stage.sandbox.secrets_manager.test_with_empty_pending(empty);
        let report = stage.test_only().await;
        assert!(report.succeeded, "{report:?}");
        assert_eq!(effective(&stage, "ResetPassword"), 0);
        assert!(same(&stage.current().await, &stage.first_token()));
    }
    stage.database().protect(true);
    let report = stage.test_only().await;
    assert!(!report.succeeded, "a reset could not be recovered from");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_finished_rotation_by_reset_can_be_called_again() {
    let stage = stage(Flavour::UpstashReset).await;
    let version = stage.rotate().await.version_id;
    for step in STEPS {
        let outcome = stage.step(step, &version).await;
        assert_eq!(outcome.status(), "kept", "{outcome}");
    }
    assert_current(&stage, 1).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_rotation_by_reset_reports_what_it_did() {
    let stage = stage(Flavour::UpstashReset).await;
    assert!(stage.rotate().await.succeeded);
    let did: Vec<Vec<String>> = stage
        .sandbox
        .runner
        .invocations()
        .iter()
        .map(|invocation| {
            let outcome = Outcome::of(invocation.clone());
            outcome.done().into_iter().map(str::to_owned).collect()
        })
        .collect();
    assert_eq!(did, [vec![], vec!["reset-password", "create-pending"], vec![], vec!["promote"]]);
    stage.stop().await;
}
