//! The compiled functions, in the folder of this program.

use std::path::PathBuf;

use anyhow::Context;

/// Every function of the workspace, by name.
pub(crate) const FUNCTIONS: &[&str] =
    &["rotate-auth", "retire-credential", "sync-connection", "take-snapshot", "prune-snapshots"];

/// Returns the folder of the compiled functions.
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.parent().context("the program has no parent folder")?.to_owned())
}

/// Returns the path of a compiled function.
pub(crate) fn path(name: &str) -> anyhow::Result<PathBuf> {
    Ok(folder()?.join(name))
}
