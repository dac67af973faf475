//! No message of the product claims by itself that nothing was changed.
//!
//! What a run changed is known only at its end, and the outcome says it (`shared/policy/src/outcome/failure.rs`). A message
//! written in advance would be wrong as soon as a change comes before it.

use std::{fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What such a claim says, after "nothing was" or "nothing has been".
const CLAIMS: [&str; 7] = ["changed", "touched", "written", "removed", "deployed", "rolled back", "done"];

/// Returns the lines of a file that make the claim outside comments and tests.
fn claims(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let claim = |line: &str| {
        let line = line.to_lowercase();
        let says = |verb: &&str| {
            line.contains(&format!("nothing was {verb}")) || line.contains(&format!("nothing has been {verb}"))
        };
        CLAIMS.iter().any(says)
    };
    code.lines().filter(|line| !line.trim_start().starts_with("//") && claim(line)).collect()
}

/// Collects the claims in the files below a folder, except in tests and in the outcome.
fn collect(folder: &Path, read: &mut usize, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !["tests", "outcome"].contains(&name) {
            collect(&path, read, found);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            *read += 1;
            let text = fs::read_to_string(&path).unwrap();
            found.extend(claims(&text).into_iter().map(|line| format!("{}: {}", path.display(), line.trim())));
        }
    }
}

#[test]
fn only_the_outcome_says_that_nothing_was_changed() {
    let (mut read, mut found) = (0, Vec::new());
    for layer in ["functions", "shared"] {
        collect(&Path::new(ROOT).join(layer), &mut read, &mut found);
    }
    assert!(read > 100, "only {read} files were read");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_claim_is_found_in_a_message_and_not_in_a_comment_or_a_test() {
    let text = "// Nothing was changed.\n\"refused. Nothing was changed. Put\"\n\"nothing has been written\"\n\
                #[cfg(test)]\nmod tests {\n\"nothing was done\"\n}";
    assert_eq!(claims(text), ["\"refused. Nothing was changed. Put\"", "\"nothing has been written\""]);
}
