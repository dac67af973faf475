//! Deployment of compiled functions to the sandbox's Lambda.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, ensure};

use crate::{
    Sandbox,
    lambda::Function,
    services::{ACCOUNT, REGION},
};

/// The default timeout of a function.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(60);

impl Sandbox {
    /// Deploys a compiled function, with the name of its file, and returns its ARN.
    ///
    /// # Errors
    /// The file does not exist: build the workspace first.
    ///
    /// # Repeating
    /// Replaces the function with this name.
    pub fn deploy(&self, binary: PathBuf, timeout: Duration) -> anyhow::Result<String> {
        ensure!(binary.is_file(), "{} does not exist; run `cargo build --workspace` first", binary.display());
        let name = binary.file_name().context("the path has no file name")?.to_string_lossy().into_owned();
        self.runner.add(Function { name: name.clone(), binary, timeout, environment: BTreeMap::new() });
        Ok(format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"))
    }
}
