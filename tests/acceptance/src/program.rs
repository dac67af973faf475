//! The compiled functions, in the target directory of the tests.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Returns the compiled `rotate-auth`; see [`program`].
pub fn function() -> PathBuf {
    program("rotate-auth")
}

/// Returns the path of a compiled function.
///
/// # Panics
/// The function is not compiled, or is older than its source: the test would not run the current code.
pub fn program(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("a test has a program");
    let target = program.ancestors().nth(2).expect("tests are compiled to target/debug/deps");
    let function = target.join(name);
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let sources = [root.join("functions").join(name), root.join("shared")];
    let newest = sources.iter().map(|folder| newest_source(folder)).max();
    let built = modified(&function).expect("the function is compiled: run `cargo build --workspace` first");
    assert!(newest.is_none_or(|newest| newest <= built), "the function is stale: run `cargo build --workspace` first");
    function
}

fn newest_source(folder: &Path) -> SystemTime {
    let entries =
        folder.read_dir().expect("the folder is readable").map(|entry| entry.expect("and its entries").path());
    let times = entries.filter_map(|path| match path.is_dir() {
        // Tests are not part of a function's program.
        true => (path.file_name() != Some("tests".as_ref())).then(|| newest_source(&path)),
        false => path.extension().is_some_and(|extension| extension == "rs").then(|| modified(&path))?,
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
