//! Snapshots with a fault at every call, two at once, and in the middle of an upload.

use acceptance::{
    Flavour,
    snapshots::{BUCKET, KEYS, TAKE, due, invoke, keys, rdb, stage},
};
use sandbox::{
    faults::{At, Rule, What},
    hosts::SetUp,
    lambda::InvocationResult,
};
use serde_json::Value;

const HOSTS: Flavour = Flavour::SelfHosted(SetUp::ConfigFile);

/// More calls than any run makes.
const MOST_CALLS: usize = 60;

/// Takes one snapshot for each call of a run, with the fault at that call.
///
/// Whatever becomes of the first run, a later one for the same slot ends with one snapshot, verified and recorded.
async fn fault_at_every_call(what: What) {
    let stage = stage(HOSTS).await;
    let mut hits = 0;
    for nth in 1..=MOST_CALLS {
        // A slot is a second.
        tokio::time::sleep(std::time::Duration::from_millis(1001)).await;
        let (event, before) = (due(), keys(&stage).len());
        stage.arm(Rule::new(TAKE, At::Call(nth), what));
        let outcome = stage.outcome_with_retries(TAKE, &event).await;
        stage.sandbox.faults.disarm();
        let refused = what == What::InternalError && outcome.status() == "permanent";
        let outcome = if refused { stage.outcome_with_retries(TAKE, &event).await } else { outcome };
        let context = format!("{what:?} at call {nth}: {outcome}");
        assert!(["done", "kept"].contains(&outcome.status()), "{context}");
        assert_eq!(outcome.verified(), Some("contents"), "{context}");
        let now = keys(&stage);
        assert_eq!(now.len(), before + 2, "{context}: {now:?}");
        let file = format!("orders/{}.rdb.zst", outcome.snapshot().unwrap());
        assert_eq!(rdb(&stage, &file).1.databases[&0].keys, KEYS, "{context}");
        if stage.sandbox.faults.fired() == hits {
            break;
        }
        hits = stage.sandbox.faults.fired();
    }
    assert!((10..MOST_CALLS).contains(&hits), "{hits} calls hit a fault");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_survives_a_kill_just_before_every_call() {
    fault_at_every_call(What::KillBefore).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_survives_a_kill_just_after_every_call() {
    fault_at_every_call(What::KillAfter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_survives_the_loss_of_every_answer() {
    fault_at_every_call(What::LoseAnswer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_survives_a_throttle_at_every_call() {
    fault_at_every_call(What::Throttle).await;
}

fn returned(result: &InvocationResult) -> &Value {
    match result {
        InvocationResult::Returned(outcome) => outcome,
        InvocationResult::Failed { .. } => panic!("{result:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_for_one_slot_make_one_snapshot() {
    let stage = stage(HOSTS).await;
    let event = due();
    let (one, other) = tokio::join!(invoke(&stage, &event), invoke(&stage, &event));
    for run in [&one, &other] {
        assert_eq!(returned(&run.result)["verified"], "contents", "{run:?}");
    }
    assert_eq!(keys(&stage).len(), 2);
    assert!(stage.sandbox.s3.uploads(BUCKET).is_empty());
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_with_another_write_is_looked_at_again() {
    let stage = stage(HOSTS).await;
    let event = due();
    let slot: jiff::Timestamp = event["time"].as_str().unwrap().parse().unwrap();
    let file = format!("orders/orders-{}.rdb.zst", slot.strftime("%Y%m%dt%H%M%Sz"));
    stage.sandbox.s3.conflict_once(BUCKET, &file);
    let run = invoke(&stage, &event).await;
    assert_eq!(returned(&run.result)["verified"], "contents", "{run:?}");
    assert_eq!(keys(&stage).len(), 2);
    stage.stop().await;
}
