//! Events as files: the samples of this repository, and a corpus of real ones beside it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

/// Names the folder of the corpus: events that nobody here wrote, and what a reader must get out of each.
pub const CORPUS: &str = "EVENTS_CORPUS";

/// One event of the corpus.
#[derive(Debug)]
pub struct Recorded {
    /// Its file.
    pub file: String,
    /// Of what kind it is.
    pub kind: String,
    /// What a reader must get out of it.
    pub want: Value,
    /// The event, as a function would be invoked with it.
    pub event: Value,
}

/// The corpus; `None` where nobody says where it is, which CI does.
///
/// # Panics
/// If it is not where [`CORPUS`] says, or cannot be read.
pub fn corpus() -> Option<Vec<Recorded>> {
    let folder = PathBuf::from(env::var_os(CORPUS)?);
    let Value::Array(entries) = json(&folder.join("index.json")) else { panic!("{CORPUS}: its index is no list") };
    let recorded = entries.into_iter().map(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let event = json(&folder.join(text("file")));
        Recorded { file: text("file"), kind: text("kind"), want: entry["want"].clone(), event }
    });
    Some(recorded.collect())
}

/// The sample events in a folder of `events`, by name.
///
/// # Panics
/// If the folder cannot be read.
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
