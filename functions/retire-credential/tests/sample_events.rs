//! Every sample event is read, every broken one refused with an error that says why.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::{collections::BTreeMap, fs, path::Path};

use policy::Class;
use runtime::trigger::Trigger;
use serde_json::Value;

/// What becomes of each event of a folder, by file name.
fn read_all(folder: &str) -> BTreeMap<String, Result<Trigger, policy::Failure>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/retire-credential")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let event: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), Trigger::parse(&event))
        })
        .collect()
}

#[test]
fn every_valid_event_is_read() {
    let read: BTreeMap<_, _> =
        read_all("valid").into_iter().map(|(name, event)| (name, format!("{:?}", event.unwrap()))).collect();
    insta::assert_json_snapshot!(read);
}

#[test]
fn every_broken_event_is_refused_with_a_reason() {
    let refused: BTreeMap<_, _> = read_all("broken")
        .into_iter()
        .map(|(name, event)| {
            let failure = event.expect_err(&name);
            assert_eq!(failure.class(), Class::Permanent, "{name}");
            (name, failure.chain())
        })
        .collect();
    insta::assert_json_snapshot!(refused);
}
