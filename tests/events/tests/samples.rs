//! The sample events of each function: the valid ones are accepted, the broken ones are refused with a reason.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{collections::BTreeMap, fmt::Debug};

use events::samples;
use policy::{Class, Failure};
use runtime::{
    concern::Concern,
    event::{Event, rotation::RotationEvent},
};
use serde_json::Value;

/// Returns a reader of events for a function: what it reads, and whether the event concerns it.
fn read<'a>(concern: fn(&Event) -> Result<Concern, Failure>) -> impl Fn(&Value) -> Result<[String; 2], Failure> + 'a {
    move |event| {
        let event = Event::parse(event)?;
        let concern = concern(&event)?;
        Ok([format!("{event:?}"), format!("{concern:?}")])
    }
}

fn rotation(event: &Value) -> Result<String, Failure> {
    RotationEvent::parse(event.clone()).map(|event| format!("{event:?}"))
}

fn valid<T>(function: &str, read: impl Fn(&Value) -> Result<T, Failure>) -> BTreeMap<String, T> {
    let samples = samples(&format!("{function}/valid")).into_iter();
    samples
        .map(|(name, event)| {
            let read = read(&event).unwrap_or_else(|failure| panic!("{name}: {}", failure.chain()));
            (name, read)
        })
        .collect()
}

fn broken<T: Debug>(function: &str, read: impl Fn(&Value) -> Result<T, Failure>) -> BTreeMap<String, String> {
    let samples = samples(&format!("{function}/broken")).into_iter();
    let refused = samples.map(|(name, event)| {
        let failure = read(&event).expect_err(&name);
        assert_eq!(failure.class(), Class::Permanent, "{name}");
        (name, failure.chain())
    });
    refused.collect()
}

#[test]
fn every_valid_event_of_rotate_auth_is_accepted() {
    insta::assert_json_snapshot!(valid("rotate-auth", rotation));
}

#[test]
fn every_broken_event_of_rotate_auth_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("rotate-auth", rotation));
}

#[test]
fn every_valid_event_of_sync_connection_is_accepted() {
    insta::assert_json_snapshot!(valid("sync-connection", read(sync_connection::concern)));
}

#[test]
fn every_broken_event_of_sync_connection_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("sync-connection", read(sync_connection::concern)));
}

#[test]
fn every_valid_event_of_retire_credential_is_accepted() {
    insta::assert_json_snapshot!(valid("retire-credential", read(retire_credential::concern)));
}

#[test]
fn every_broken_event_of_retire_credential_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("retire-credential", read(retire_credential::concern)));
}

#[test]
fn every_valid_event_of_take_snapshot_is_accepted() {
    insta::assert_json_snapshot!(valid("take-snapshot", read(take_snapshot::concern)));
}

#[test]
fn every_broken_event_of_take_snapshot_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("take-snapshot", read(take_snapshot::concern)));
}

#[test]
fn every_valid_event_of_prune_snapshots_is_accepted() {
    insta::assert_json_snapshot!(valid("prune-snapshots", read(prune_snapshots::concern)));
}

#[test]
fn every_broken_event_of_prune_snapshots_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("prune-snapshots", read(prune_snapshots::concern)));
}

#[test]
fn a_refusal_repeats_no_value_and_names_only_the_arguments_of_its_function() {
    let secret = "hunter2-hunter2-hunter2";
    let event = serde_json::json!({ "target": "orders", "dry_run": secret });
    for concern in
        [retire_credential::concern, sync_connection::concern, take_snapshot::concern, prune_snapshots::concern]
    {
        assert!(!read(concern)(&event).unwrap_err().chain().contains(secret));
    }
    let rollback = serde_json::json!({ "target": "orders", "rollback": true });
    assert!(read(sync_connection::concern)(&rollback).is_ok());
    let refusal = read(retire_credential::concern)(&rollback).unwrap_err().chain();
    assert!(refusal.contains("`rollback` is not an argument of retire-credential"), "{refusal}");
    let typo = serde_json::json!({ "target": "orders", "rolback": secret });
    let refusal = read(sync_connection::concern)(&typo).unwrap_err().chain();
    assert!(refusal.contains("`rolback`") && refusal.contains("`rollback`") && !refusal.contains(secret), "{refusal}");
    for key in ["detail-type", "source", "resources", "detail"] {
        let mut event = serde_json::json!({
            "detail-type": "Secret Label Updated", "source": "aws.secretsmanager", "resources": ["arn:x"],
            "detail": { "labelUpdated": "AWSCURRENT" },
        });
        event[key] = serde_json::json!({ "labelUpdated": { "password": secret }, "0": secret });
        let refusal = Event::parse(&event).unwrap_err().chain();
        assert!(!refusal.contains(secret), "{refusal}");
        assert!(refusal.contains(key), "{key}: {refusal}");
    }
}
