//! Tables and properties of the outcome.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::{Class, Failure, login::FailedLogin, rotation::Step};

/// One thing that a function tells its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Did,
    Left,
    Would,
    Waits,
    Failed(Class),
    ItemFailed(Class),
}

use Class::{NeedsHuman, Permanent, Retryable};
use Told::{Did, Failed, ItemFailed, Left, Waits, Would};

fn outcome_of(told: &[Told]) -> Outcome {
    let mut outcome = Outcome::new(Details::Connection {});
    for told in told {
        match *told {
            Did => outcome.did("write-parameter", "it has another value"),
            Left => outcome.left("output", "it is right"),
            Would => outcome.would("write-parameter", "it has another value"),
            Waits => outcome.waits(vec![Waiting::new("move", "no login yet")]),
            Failed(class) => outcome.failed(&Failure::new(class, "the call failed")),
            ItemFailed(class) => outcome.item_failed("one of many", &Failure::new(class, "it is locked")),
        }
    }
    outcome
}

#[test]
fn the_status_is_that_of_the_worst_that_happened() {
    let table: [(&[Told], Status); 13] = [
        (&[], Status::Kept),
        (&[Left], Status::Kept),
        (&[Would, Left], Status::Kept),
        (&[Did], Status::Done),
        (&[Did, Left], Status::Done),
        (&[Waits], Status::Waiting),
        (&[Waits, Did], Status::Waiting),
        (&[Did, Waits, Failed(Retryable)], Status::Retryable),
        (&[Did, Failed(Permanent)], Status::Permanent),
        (&[Did, Failed(NeedsHuman)], Status::NeedsHuman),
        (&[Did, ItemFailed(Retryable), Did], Status::Retryable),
        (&[ItemFailed(Permanent), Failed(Retryable)], Status::Permanent),
        (&[Failed(Permanent), ItemFailed(NeedsHuman), ItemFailed(Retryable)], Status::NeedsHuman),
    ];
    for (told, status) in table {
        assert_eq!(outcome_of(told).status(), status, "{told:?}");
    }
}

fn any_class() -> impl Strategy<Value = Class> {
    prop_oneof![Just(Retryable), Just(Permanent), Just(NeedsHuman)]
}

fn any_told() -> impl Strategy<Value = Told> {
    let items = any_class().prop_map(ItemFailed);
    prop_oneof![Just(Did), Just(Left), Just(Would), Just(Waits), items]
}

/// A run is told to have ended at most once.
fn any_run() -> impl Strategy<Value = Vec<Told>> {
    let end = proptest::option::of(any_class().prop_map(Failed));
    (proptest::collection::vec(any_told(), 0..8), end).prop_map(|(mut told, end)| {
        told.extend(end);
        told
    })
}

proptest! {
    #[test]
    fn the_order_in_which_things_are_told_does_not_change_the_status(
        (told, shuffled) in any_run().prop_flat_map(|told| (Just(told.clone()), Just(told).prop_shuffle()))
    ) {
        prop_assert_eq!(outcome_of(&told).status(), outcome_of(&shuffled).status());
    }

    #[test]
    fn a_failed_item_is_never_reported_as_success(told in any_run()) {
        let failed = told.iter().any(|told| matches!(told, Failed(_) | ItemFailed(_)));
        let outcome = outcome_of(&told);
        let is_failure = matches!(outcome.status(), Status::Retryable | Status::Permanent | Status::NeedsHuman);
        prop_assert_eq!(is_failure, failed);
        prop_assert_eq!(outcome.failure().is_some(), failed);
    }

    #[test]
    fn a_failed_run_says_that_nothing_was_changed_exactly_if_it_did_and_requested_nothing(
        told in any_run(),
        requested in any::<bool>(),
    ) {
        let mut outcome = outcome_of(&told);
        if requested {
            outcome.requests_change();
        }
        let nothing = !requested && !told.contains(&Did);
        for text in [outcome.failure(), serde_json::to_value(&outcome).unwrap()["summary"].as_str().map(str::to_owned)] {
            let failed = outcome.failure_class().is_some();
            prop_assert_eq!(text.is_some_and(|text| text.contains("Nothing was changed")), failed && nothing);
        }
    }
}

/// An outcome with something in every part.
fn full() -> Outcome {
    let mut outcome = Outcome::new(Details::Retirement { failed_logins: Vec::new() });
    outcome.target = Some("koneksi-prod".to_owned());
    outcome.left("previous credential", "it is needed until the overlap is over");
    outcome.did("restore-previous", "a node has lost it");
    outcome.would("remove-previous", "the overlap is over");
    outcome.waits(vec![Waiting::new("overlap", "60 s are left")]);
    outcome.count(Measure::Logins, 3);
    outcome.saw_failed_logins(vec![FailedLogin {
        node: "orders-001".to_owned(),
        client: "10.0.0.7:51234".to_owned(),
        username: Some("default".to_owned()),
        count: 3,
        last_ms: 1_700_000_000_000,
    }]);
    outcome.item_failed("orders-002", &Failure::permanent("it is locked; unlock it"));
    outcome.failed(&Failure::retryable("time is up").because("the group is modifying"));
    outcome
}

#[test]
fn the_record_on_the_wire_is_this() {
    let mut rotation = Outcome::new(Details::Rotation { step: Some(Step::Set) });
    rotation.target = Some("koneksi-prod".to_owned());
    rotation.did("add-pending", "no node accepts AWSPENDING yet");
    insta::assert_json_snapshot!([full(), rotation, Outcome::new(Details::Connection {})]);
}

#[test]
fn a_summary_reads_on_its_own() {
    let mut lines = Vec::new();
    for told in
        [&[Left][..], &[Would], &[Did, Did, Did, Did], &[Did, Waits], &[Failed(Retryable)], &[Failed(Permanent)]]
    {
        let mut outcome = outcome_of(told);
        outcome.target = Some("koneksi-prod".to_owned());
        lines.push(serde_json::to_value(&outcome).unwrap()["summary"].clone());
    }
    let mut stopped = Outcome::new(Details::Rotation { step: None });
    stopped
        .failed(&Failure::needs_human("AWSCURRENT logs in on no node; put the credential that does into AWSCURRENT"));
    lines.push(serde_json::to_value(&stopped).unwrap()["summary"].clone());
    insta::assert_json_snapshot!(lines);
}

#[test]
fn a_failure_names_its_target_once() {
    let mut outcome = outcome_of(&[Failed(Permanent)]);
    outcome.target = Some("orders".to_owned());
    assert_eq!(outcome.failure().as_deref(), Some("target orders: the call failed. Nothing was changed"));
    outcome.failed(&Failure::permanent("the settings of orders are refused"));
    assert_eq!(outcome.failure().as_deref(), Some("the settings of orders are refused. Nothing was changed"));
}

#[test]
fn a_sentence_that_ends_with_a_full_stop_gets_no_second_one() {
    let mut outcome = outcome_of(&[]);
    outcome.target = Some("orders".to_owned());
    outcome.item_failed("one of many", &Failure::permanent("it is locked."));
    outcome.failed(&Failure::permanent("AccessDenied: not authorized.").with_next_step("Ask for it"));
    let failed = "AccessDenied: not authorized. 1 failed: one of many: it is locked. Nothing was changed. Ask for it";
    assert_eq!(outcome.failure(), Some(format!("target orders: {failed}")));
    let summary = format!(
        "sync-connection for orders: failed, and will fail again until the cause is corrected: {failed}. Then run the \
         function again, or leave it to its schedule."
    );
    assert_eq!(serde_json::to_value(&outcome).unwrap()["summary"], summary);
}

fn next_step(outcome: &Outcome) -> Value {
    serde_json::to_value(outcome).unwrap()["next_step"].clone()
}

#[test]
fn the_next_step_is_the_one_that_the_worst_failure_names() {
    let mut outcome = outcome_of(&[ItemFailed(Retryable)]);
    outcome.failed(&Failure::permanent("no such group").with_next_step("Correct `backend.replication_group_id`"));
    let expected = "Correct `backend.replication_group_id`. Then run the function again, or leave it to its schedule.";
    assert_eq!(next_step(&outcome), expected);
    assert_eq!(
        outcome.failure().as_deref(),
        Some(
            "no such group. 1 failed: one of many: it is locked. Nothing was changed. Correct \
             `backend.replication_group_id`"
        )
    );
    outcome.item_failed("move", &Failure::needs_human("it lets everybody in").with_next_step("Require a password"));
    assert_eq!(next_step(&outcome), "Require a password. Then run the function again, or leave it to its schedule.");
    assert!(next_step(&outcome_of(&[Failed(Permanent)])).as_str().unwrap().starts_with("Correct the cause. Then "));
}

#[test]
fn nothing_is_run_again_after_a_last_step() {
    let mut outcome = Outcome::new(Details::Rotation { step: None });
    outcome
        .failed(&Failure::permanent("the user logs in with IAM").with_last_step("Turn off the rotation of the secret"));
    assert_eq!(next_step(&outcome), "Turn off the rotation of the secret.");
}

#[test]
fn ten_thousand_items_fit_into_what_a_destination_accepts_and_the_rest_is_counted() {
    let mut outcome = full();
    for nth in 0..10_000 {
        outcome.did("delete-snapshot", format!("koneksi-prod-{nth}: it is older than everything that is kept"));
        outcome.left("snapshot", format!("koneksi-prod-{nth}: \"weekly\" keeps it"));
        outcome.item_failed(format!("koneksi-prod-{nth}"), &Failure::retryable("throttled \u{1}".repeat(nth % 7)));
    }
    let json = serde_json::to_string(&outcome).unwrap();
    assert!(json.len() <= LIMIT_BYTES, "{}", json.len());
    assert!(json.len() > LIMIT_BYTES * 9 / 10, "the room is used: {}", json.len());
    let record: Value = serde_json::from_str(&json).unwrap();
    for (list, all) in [("done", 10_001), ("kept", 10_001), ("failed", 10_001)] {
        let (told, left_out) = (record[list].as_array().unwrap().len(), record["left_out"][list].as_u64().unwrap());
        assert!(told > 100, "{list}: {told}");
        assert_eq!(u64::try_from(told).unwrap() + left_out, all, "{list}");
    }
    assert_eq!(record["waiting"].as_array().unwrap().len(), 1, "a short list is whole");
    assert_eq!(record["left_out"].as_object().unwrap().len(), 3);
    assert_eq!(record["status"], "permanent");
}

#[test]
fn one_text_without_end_is_cut_and_says_by_how_much() {
    let mut outcome = Outcome::new(Details::Connection {});
    outcome.failed(&Failure::permanent("ä".repeat(LIMIT_BYTES)));
    let json = serde_json::to_string(&outcome).unwrap();
    assert!(json.len() <= LIMIT_BYTES);
    assert!(json.contains("more characters)"), "{json}");
}
