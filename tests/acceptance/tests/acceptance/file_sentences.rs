//! Every Rust file starts with a unique sentence that says what it is.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Collects every Rust file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the first paragraph of a file's documentation; empty if it has none.
fn sentence(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    let lines = lines.map(|line| line.trim_start_matches("//!").trim()).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// Returns what is wrong with the first sentences of these files: missing, unfinished, or the same as another file's.
fn faults<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut by_sentence: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        let sentence = sentence(text);
        if sentence.is_empty() {
            faults.push(format!("{path} does not start with a sentence that says what it is"));
        } else if !sentence.ends_with(['.', ':', '?', '!']) {
            faults.push(format!("{path} starts with an unfinished sentence: {sentence}"));
        } else {
            by_sentence.entry(sentence).or_default().push(path);
        }
    }
    let shared = by_sentence.into_iter().filter(|(_, paths)| paths.len() > 1);
    faults.extend(
        shared.map(|(sentence, paths)| format!("{} start with the same sentence: {sentence}", paths.join(" and "))),
    );
    faults
}

#[test]
fn every_file_starts_with_a_unique_sentence_that_says_what_it_is() {
    let mut found = Vec::new();
    for layer in ["functions", "shared", "tests"] {
        files(&Path::new(ROOT).join(layer), &mut found);
    }
    assert!(found.len() > 300, "only {} files were found", found.len());
    let name = |path: &PathBuf| path.strip_prefix(ROOT).unwrap().display().to_string();
    let texts: Vec<(String, String)> =
        found.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect();
    let faults = faults(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_missing_an_unfinished_and_a_repeated_sentence_are_found() {
    let good = ("good.rs", "//! Reads\n//! secrets.\n//!\n//! More.\nuse a;");
    assert_eq!(faults([good]), Vec::<String>::new());
    let found = faults([good, ("none.rs", "use a;"), ("half.rs", "//! Reads"), ("same.rs", "//! Reads secrets.")]);
    assert_eq!(
        found,
        [
            "none.rs does not start with a sentence that says what it is",
            "half.rs starts with an unfinished sentence: Reads",
            "good.rs and same.rs start with the same sentence: Reads secrets.",
        ]
    );
}
