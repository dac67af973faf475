//! What a retirement guarantees, one test for each guarantee.

use std::time::Duration;

use acceptance::{
    Flavour, List, Outcome, Stage, StageOptions,
    retirement::{
        NAME, REMOVED, RETIRED, invoke, labels_of_previous, outcome_of, retire, retire_with_retries, rotated,
    },
    run::TIMEOUT,
    timing::quick,
};
use sandbox::{
    faults::{At, Rule, What},
    lambda::InvocationResult,
    services::elasticache::Timing,
};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::time::sleep;

use super::{one_call_flavours, service_flavours};

async fn a_rotated(flavour: Flavour) -> Stage {
    rotated(StageOptions { flavour, ..StageOptions::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_previous_credential_is_refused_everywhere_and_the_current_one_accepted() {
    for flavour in one_call_flavours() {
        for topology in flavour.topologies() {
            let stage = rotated(StageOptions { flavour, topology: *topology, ..StageOptions::default() }).await;
            let changes = stage.modifications();
            let outcome = retire(&stage).await;
            assert_eq!((outcome.status(), outcome.target()), ("done", Some("orders")));
            assert_eq!(outcome.done(), REMOVED, "{outcome}");
            assert_eq!(stage.accepting(&stage.first_token()).await, 0, "{flavour:?}");
            assert!(stage.accepts(&stage.current().await).await, "{flavour:?}");
            assert_eq!(stage.modifications(), changes + flavour.calls_per_change(stage.nodes()));
            assert!(labels_of_previous(&stage).await.contains(&RETIRED.to_owned()));
            stage.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_changes_nothing_and_reports_that() {
    for flavour in one_call_flavours() {
        let stage = a_rotated(flavour).await;
        retire(&stage).await;
        let changes = (stage.modifications(), stage.sandbox.journal.effective("UpdateSecretVersionStage"));
        let outcome = retire(&stage).await;
        assert_eq!(outcome.status(), "kept", "{outcome}");
        assert_eq!(outcome.done(), [""; 0]);
        assert_eq!(outcome.kept()[0], "previous credential");
        let after = (stage.modifications(), stage.sandbox.journal.effective("UpdateSecretVersionStage"));
        assert_eq!(after, changes);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rotations_and_retirements_can_alternate() {
    for flavour in one_call_flavours() {
        let stage = a_rotated(flavour).await;
        let mut before = stage.first_token();
        for _ in 0..3 {
            assert_eq!(retire(&stage).await.done(), REMOVED);
            assert_eq!(stage.accepting(&before).await, 0);
            before = stage.current().await;
            let report = stage.rotate().await;
            assert!(report.succeeded, "{report:?}");
            assert!(stage.accepts(&before).await, "the next rotation has an overlap");
        }
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_plans_the_removal_and_changes_nothing() {
    let stage = a_rotated(Flavour::ElasticacheAuth).await;
    let changes = stage.modifications();
    let outcome = outcome_of(&stage, &json!({ "target": "orders", "dry_run": true })).await;
    assert_eq!(outcome.planned()[0], "remove-previous", "{outcome}");
    assert_eq!((outcome.status(), outcome.is_dry_run()), ("kept", true));
    assert_eq!(outcome.done(), [""; 0]);
    assert_eq!(stage.modifications(), changes);
    assert!(stage.accepts(&stage.first_token()).await);
    assert!(!labels_of_previous(&stage).await.contains(&RETIRED.to_owned()));
    retire(&stage).await;
    let outcome = outcome_of(&stage, &json!({ "target": "orders", "dry_run": true })).await;
    assert_eq!(outcome.planned(), [""; 0], "nothing is left to plan");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_was_never_rotated_has_nothing_to_retire() {
    let stage = Stage::by_default().await;
    stage.deploy(NAME, TIMEOUT);
    let outcome = retire(&stage).await;
    assert_eq!(outcome.entries(List::Kept)[0].1, "the secret has no AWSPREVIOUS", "{outcome}");
    assert_eq!(outcome.logins(), Some(0));
    let same = stage.first_token();
    stage.put(same.expose_secret(), &["AWSCURRENT"]).await;
    let outcome = retire(&stage).await;
    assert_eq!(outcome.entries(List::Kept)[0].1, "AWSPREVIOUS is the same credential as AWSCURRENT", "{outcome}");
    assert!(stage.accepts(&same).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_awscurrent_that_does_not_log_in_stops_a_retirement_before_any_change() {
    for flavour in one_call_flavours() {
        let stage = a_rotated(flavour).await;
        let live = stage.current().await;
        let changes = stage.modifications();
        stage.put_credential(&stage.put_by_hand(), &["AWSCURRENT"]).await;
        let outcome = retire(&stage).await;
        assert_eq!(outcome.status(), "needs-human", "{outcome}");
        assert!(outcome.failure().unwrap().contains("AWSPREVIOUS still logs in"), "{outcome}");
        assert_eq!(stage.modifications(), changes);
        assert!(stage.accepts(&live).await && stage.accepts(&stage.first_token()).await);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_not_in_the_secret_is_not_removed() {
    let unknown = "unknown-password-0123456789";
    for flavour in [Flavour::ElasticacheUser, Flavour::ElasticacheServerless] {
        let stage = a_rotated(flavour).await;
        let current = stage.current().await;
        let give = stage.elasticache().modify_user().user_id("orders-app");
        give.passwords(current.expose_secret()).passwords(unknown).send().await.unwrap();
        sleep(Duration::from_secs(2)).await;
        let changes = stage.modifications();
        let outcome = retire(&stage).await;
        assert!(outcome.entries(List::Done)[0].1.contains("does not contain"), "{outcome}");
        assert_eq!(outcome.done(), ["mark-retired"]);
        assert_eq!(stage.modifications(), changes);
        assert!(stage.accepts(&current).await && stage.accepts(&unknown.into()).await);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_waits_for_a_busy_group_and_then_changes_it_once() {
    let stage = a_rotated(Flavour::ElasticacheAuth).await;
    let changes = stage.modifications();
    stage.sandbox.elasticache.busy(stage.cache(), "snapshotting", Duration::from_secs(3)).unwrap();
    let outcome = retire(&stage).await;
    assert_eq!(outcome.done(), REMOVED, "{outcome}");
    assert_eq!(stage.modifications(), changes + 1);
    assert!(outcome.duration_ms().unwrap() > 2500, "{outcome}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_stops_before_its_deadline_if_the_group_stays_busy_and_the_next_run_continues() {
    let stage = a_rotated(Flavour::ElasticacheAuth).await;
    stage.deploy(NAME, Duration::from_secs(6));
    stage.sandbox.elasticache.busy(stage.cache(), "snapshotting", Duration::from_secs(7)).unwrap();
    let invocation = invoke(&stage, &json!({ "target": "orders" })).await;
    let InvocationResult::Failed { error_type, message } = &invocation.result else { panic!("{invocation:?}") };
    assert_eq!(error_type, "Retryable", "{message}");
    assert!(message.contains("snapshotting"), "{message}");
    retire_with_retries(&stage).await;
    assert_eq!(stage.accepting(&stage.first_token()).await, 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_outlasts_a_run_is_completed_by_the_next_and_not_sent_again() {
    for flavour in service_flavours() {
        let stage = a_rotated(flavour).await;
        stage.deploy(NAME, Duration::from_secs(6));
        let slow = Timing { modify: Duration::from_secs(5), spread: Duration::from_secs(1), ..quick() };
        stage.sandbox.elasticache.set_timing(slow);
        let changes = stage.modifications();
        let invocation = invoke(&stage, &json!({ "target": "orders" })).await;
        assert!(matches!(&invocation.result, InvocationResult::Failed { error_type, .. } if error_type == "Retryable"));
        let outcome = retire_with_retries(&stage).await;
        assert_eq!(outcome.done(), ["mark-retired"], "{outcome}");
        assert_eq!(stage.modifications(), changes + 1, "{flavour:?}");
        assert_eq!(stage.accepting(&stage.first_token()).await, 0);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_whose_answer_is_lost_is_not_sent_again_while_the_status_lags() {
    for flavour in service_flavours() {
        let stale = Duration::from_secs(2);
        let timing = Timing { modify: Duration::from_secs(3), stale, stale_users: stale, ..quick() };
        let stage = rotated(StageOptions { flavour, timing, ..StageOptions::default() }).await;
        stage.arm(Rule::new("retire-credential", At::operation(flavour.change()), What::LoseAnswer));
        let before = stage.sandbox.journal.entries().len();
        let outcome = retire(&stage).await;
        assert!(outcome.entries(List::Done)[0].1.contains("no answer was received"), "{outcome}");
        let sent = stage.sandbox.journal.entries().into_iter().skip(before);
        assert_eq!(sent.filter(|entry| entry.operation == flavour.change()).count(), 1);
        assert_eq!(stage.accepting(&stage.first_token()).await, 0);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_is_available_too_early_does_not_end_a_retirement() {
    for flavour in service_flavours() {
        let stage = a_rotated(flavour).await;
        let slow = Timing { modify: Duration::from_secs(2), spread: Duration::from_millis(800), ..quick() };
        stage.sandbox.elasticache.set_timing(slow);
        stage.sandbox.elasticache.set_status_lies(true);
        let changes = stage.modifications();
        retire_with_retries(&stage).await;
        assert_eq!(stage.accepting(&stage.first_token()).await, 0, "{flavour:?}");
        assert_eq!(stage.modifications(), changes + 1, "{flavour:?}");
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_make_one_change() {
    for flavour in one_call_flavours() {
        let stage = a_rotated(flavour).await;
        let changes = stage.modifications();
        tokio::join!(retire_with_retries(&stage), retire_with_retries(&stage));
        assert_eq!(stage.modifications(), changes + flavour.calls_per_change(stage.nodes()), "{flavour:?}");
        assert_eq!(stage.accepting(&stage.first_token()).await, 0);
        assert!(stage.accepts(&stage.current().await).await);
        assert!(labels_of_previous(&stage).await.contains(&RETIRED.to_owned()));
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_run_writes_one_outcome_record_with_the_number_of_its_calls() {
    let stage = a_rotated(Flavour::ElasticacheAuth).await;
    for _ in 0..2 {
        let invocation = invoke(&stage, &json!({ "target": "orders" })).await;
        let (logged, metrics) = Outcome::logged(&invocation);
        assert_eq!((&metrics["FailedLogins"], &metrics["Waiting"]), (&json!(0), &json!(0)));
        let (calls, logins) = stage.calls_of(&invocation);
        assert_eq!(Outcome::of(invocation), logged);
        assert_eq!((logged.api_calls(), logged.logins()), (Some(calls), Some(logins)));
    }
    stage.stop().await;
}
