//! Events in files: the samples of this repository, and a corpus of real events outside of it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// The environment variable with the folder of the corpus: real events, each with the facts that must be read from it.
pub const CORPUS: &str = "EVENTS_CORPUS";

/// One event of the corpus.
#[derive(Debug)]
pub struct Recorded {
    /// Its file.
    pub file: String,
    /// Its kind.
    pub kind: String,
    /// The facts that must be read from it.
    pub want: Value,
    /// The event, as a function receives it.
    pub event: Value,
}

/// Reads the corpus; `None` if [`CORPUS`] is not set. CI sets it.
///
/// # Panics
/// The folder does not exist, or a file is not valid.
pub fn corpus() -> Option<Vec<Recorded>> {
    let folder = PathBuf::from(env::var_os(CORPUS)?);
    let Value::Array(entries) = json(&folder.join("index.json")) else { panic!("{CORPUS}: index.json is not a list") };
    let recorded = entries.into_iter().map(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let event = json(&folder.join(text("file")));
        Recorded { file: text("file"), kind: text("kind"), want: entry["want"].clone(), event }
    });
    Some(recorded.collect())
}

/// Reads the sample events in a folder of `events`, sorted by name.
///
/// # Panics
/// The folder cannot be read.
pub fn samples(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../events")).join(folder);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut samples: Vec<(String, Value)> = entries
        .map(|entry| {
            let path = entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path();
            (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), json(&path))
        })
        .collect();
    samples.sort_by(|(one, _), (another, _)| one.cmp(another));
    samples
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
