//! The compiled functions, which cargo builds beside this program.

use std::path::PathBuf;

use anyhow::Context;

/// Every function of the workspace, by name.
pub(crate) const FUNCTIONS: [&str; 3] = ["rotate-auth", "retire-credential", "sync-connection"];

/// Where they are, once they are compiled.
pub(crate) fn folder() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.parent().context("a program is in a folder")?.to_owned())
}

/// Where one of them is.
pub(crate) fn path(name: &str) -> anyhow::Result<PathBuf> {
    Ok(folder()?.join(name))
}
