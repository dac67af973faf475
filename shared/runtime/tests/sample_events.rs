//! Every sample event of every function is read, every broken one refused with an error that says why.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{collections::BTreeMap, fmt::Debug, fs, path::Path};

use policy::{Class, Failure};
use runtime::{event::rotation::RotationEvent, trigger::Trigger};
use serde_json::Value;

/// What becomes of each event of a folder, by file name.
fn read_all<T>(folder: &str, parse: fn(Value) -> Result<T, Failure>) -> BTreeMap<String, Result<T, Failure>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let event: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), parse(event))
    };
    files.map(read).collect()
}

fn valid<T: Debug>(function: &str, parse: fn(Value) -> Result<T, Failure>) -> BTreeMap<String, String> {
    let read = read_all(&format!("{function}/valid"), parse).into_iter();
    read.map(|(name, event)| (name, format!("{:?}", event.unwrap()))).collect()
}

fn broken<T: Debug>(function: &str, parse: fn(Value) -> Result<T, Failure>) -> BTreeMap<String, String> {
    let read = read_all(&format!("{function}/broken"), parse).into_iter();
    let refused = read.map(|(name, event)| {
        let failure = event.expect_err(&name);
        assert_eq!(failure.class(), Class::Permanent, "{name}");
        (name, failure.chain())
    });
    refused.collect()
}

fn trigger(event: Value) -> Result<Trigger, Failure> {
    Trigger::parse(&event)
}

#[test]
fn every_valid_event_of_rotate_auth_is_read() {
    insta::assert_json_snapshot!(valid("rotate-auth", RotationEvent::parse));
}

#[test]
fn every_broken_event_of_rotate_auth_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("rotate-auth", RotationEvent::parse));
}

#[test]
fn every_valid_event_of_sync_connection_is_read() {
    insta::assert_json_snapshot!(valid("sync-connection", trigger));
}

#[test]
fn every_broken_event_of_sync_connection_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("sync-connection", trigger));
}

#[test]
fn every_valid_event_of_retire_credential_is_read() {
    insta::assert_json_snapshot!(valid("retire-credential", trigger));
}

#[test]
fn every_broken_event_of_retire_credential_is_refused_with_a_reason() {
    insta::assert_json_snapshot!(broken("retire-credential", trigger));
}
