//! A reset: no overlap, at most one, and recovered from whatever becomes of its answer.

use std::time::Duration;

use acceptance::{Flavour, Outcome, STEPS, Stage, class};
use sandbox::{
    faults::{At, Rule, What},
    upstash::ResetAnswer,
};
use serde_json::Value;
use tokio::time::sleep;
use workload::upstash::Load;

use super::{effective, same, stage};

/// How long clients that reread the secret may go without an answer while a rotation by reset goes on: from the reset to
/// the move of AWSCURRENT it is a few calls of three steps, each a process' start at worst.
const HONEST_GAP: Duration = Duration::from_secs(15);

/// Holds that AWSCURRENT is the database's own token, and that it was reset so many times.
async fn holds(stage: &Stage, resets: usize) {
    let current = stage.current().await;
    assert!(same(&current, &stage.database().token()));
    assert!(stage.accepts(&current).await);
    assert_eq!(effective(stage, "ResetPassword"), resets);
}

/// Holds that AWSPENDING is the database's own token, after one reset.
async fn holds_pending(stage: &Stage) {
    assert!(same(&stage.credential("AWSPENDING").await.unwrap(), &stage.database().token()));
    assert_eq!(effective(stage, "ResetPassword"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_has_a_gap_that_ends_for_whoever_rereads_the_secret() {
    let stage = stage(Flavour::UpstashReset).await;
    let load = Load::start(&stage.sandbox, &stage.target).await.unwrap();
    sleep(Duration::from_millis(300)).await;
    let report = stage.rotate().await;
    assert!(report.succeeded && report.tries == 1, "{report:?}");
    load.restart();
    sleep(Duration::from_millis(500)).await;
    let healed = load.stats();
    sleep(Duration::from_millis(500)).await;
    let stats = load.stop().await;
    assert!(stats.refused > 0 && stats.failed > 0, "the gap is there: {stats:?}");
    assert_eq!(stats.failed, healed.failed, "and it ends: {stats:?}");
    assert!(stats.commands > healed.commands, "{stats:?}");
    assert!((Duration::from_millis(10)..HONEST_GAP).contains(&stats.longest_gap), "{stats:?}");
    holds(&stage, 1).await;
    assert!(!stage.accepts(&stage.first_token()).await, "there is no overlap");
    let value: Value = serde_json::from_str(&stage.value("AWSCURRENT").await.unwrap()).unwrap();
    assert_eq!((&value["owner"], &value["url"]), (&"platform".into(), &stage.database().url().into()));
    assert_eq!(value.as_object().unwrap().len(), 3);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_the_answer_to_a_reset_will_do() {
    let stage = stage(Flavour::UpstashReset).await;
    let shapes = [ResetAnswer::WithCredentials, ResetAnswer::WithoutCredentials, ResetAnswer::Empty];
    for (resets, shape) in (1..).zip(shapes) {
        stage.sandbox.upstash.set_reset_answer(shape);
        let report = stage.rotate().await;
        assert!(report.succeeded && report.tries == 1, "{shape:?}: {report:?}");
        holds(&stage, resets).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_whose_answer_is_lost_is_recovered_from_without_another() {
    let stage = stage(Flavour::UpstashReset).await;
    for (resets, what) in (1..).zip([What::LoseAnswer, What::KillAfter, What::Delay(Duration::from_millis(5500))]) {
        stage.sandbox.faults.disarm();
        stage.arm(Rule::new("rotate-auth", At::operation("ResetPassword"), what).during("setSecret"));
        let report = stage.rotate().await;
        assert!(report.succeeded, "{what:?}: {report:?}");
        assert_eq!(stage.sandbox.faults.fired(), resets, "{what:?}");
        holds(&stage, resets).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_shown_late_are_waited_for() {
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
        holds(&stage, 1).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_has_reset_already_is_not_reset_again() {
    let stage = stage(Flavour::UpstashReset).await;
    stage.database().reset_password().await.unwrap();
    let report = stage.rotate().await;
    assert!(report.succeeded && report.tries == 1, "{report:?}");
    holds(&stage, 0).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_held_up_before_its_reset_finds_the_reset_of_another_run() {
    let stage = stage(Flavour::UpstashReset).await;
    // At its second look at the key of the Developer API, just before the reset.
    stage.arm(Rule::new("rotate-auth", At::Call(9), What::Hold).during("setSecret"));
    stage.start_rotation().await.unwrap();
    stage.fired(1).await;
    assert_eq!(effective(&stage, "GetDatabase"), 2, "createSecret has looked, and so has setSecret");
    let pending = stage.version_with("AWSPENDING").await.unwrap();
    assert_eq!(class(&stage.call("setSecret", &pending).await.result), "none");
    holds_pending(&stage).await;
    stage.sandbox.faults.release();
    let report = stage.settled().await;
    assert!(report.succeeded && report.tries == 1, "{report:?}");
    holds(&stage, 1).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_value_that_nobody_accepts_is_replaced() {
    let stage = stage(Flavour::UpstashReset).await;
    let dead = stage.database().make_token_for_nobody("default");
    let version = stage.put_credential(&dead, &["AWSPENDING"]).await;
    // It is stuck, and taken up again.
    assert!(stage.start_rotation().await.is_err());
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_ne!(report.version_id, version);
    holds(&stage, 1).await;
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
    holds(&stage, 1).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_rotation_by_reset_says_what_it_did() {
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
