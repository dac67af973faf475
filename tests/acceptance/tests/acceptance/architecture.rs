//! `ARCHITECTURE.md` lists every file with the sentence that the file says of itself.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Every Rust file below a folder, in the order of their paths.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort_by_key(|path| (path.is_dir(), path.clone()));
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first sentence of a file's own documentation.
fn sentence(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    let paragraph: Vec<&str> =
        lines.map(|line| line.trim_start_matches("//!").trim()).take_while(|l| !l.is_empty()).collect();
    assert!(!paragraph.is_empty(), "{} does not say what it is", path.display());
    paragraph.join(" ")
}

fn list() -> String {
    let mut list = String::new();
    for layer in ["functions", "shared", "tests"] {
        let mut found = Vec::new();
        files(&Path::new(ROOT).join(layer), &mut found);
        let mut folder = PathBuf::new();
        for path in found {
            let path = path.strip_prefix(ROOT).unwrap().to_path_buf();
            let parent = path.parent().unwrap();
            if parent != folder {
                folder = parent.to_path_buf();
                writeln!(list, "\n### `{}`\n", folder.display()).unwrap();
            }
            let name = path.file_name().unwrap().to_string_lossy();
            writeln!(list, "- `{name}`: {}", sentence(&Path::new(ROOT).join(&path))).unwrap();
        }
    }
    list
}

#[test]
fn the_architecture_lists_every_file() {
    let path = Path::new(ROOT).join("ARCHITECTURE.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- files -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /files -->").unwrap();
    let expected = format!("{before}<!-- files -->\n{}\n<!-- /files -->{after}", list());
    if std::env::var_os("UPDATE_ARCHITECTURE").is_some() {
        fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(
        text == expected,
        "run `UPDATE_ARCHITECTURE=1 cargo test -p acceptance architecture` and commit the result"
    );
}
