//! The compiled functions, which cargo builds beside this program.

use std::path::PathBuf;

use anyhow::Context;

/// Every function of the workspace, by name.
pub(crate) const FUNCTIONS: [&str; 2] = ["rotate-auth", "retire-credential"];

/// Where a function is, once it is compiled.
pub(crate) fn path(name: &str) -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.parent().context("a program is in a folder")?.join(name))
}
