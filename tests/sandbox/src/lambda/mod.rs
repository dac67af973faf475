//! Lambda: compiled functions as local processes behind a real Runtime API.

mod environment;
mod here;
mod instance;
mod logs;
mod runner;
mod runtime_api;
#[cfg(test)]
pub(crate) mod tests;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::Serialize;
use serde_json::Value;

pub use here::{Answer, Here, Work};
pub use runner::Runner;

/// A function, as it is configured.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The compiled bootstrap.
    pub binary: PathBuf,
    /// When an invocation is cut.
    pub timeout: Duration,
    /// Its environment, beside what Lambda and the sandbox set.
    pub environment: BTreeMap<String, String>,
}

/// One invocation that has ended.
#[derive(Clone, Debug, Serialize)]
pub struct Invocation {
    /// The request id.
    pub request_id: String,
    /// The function.
    pub function: String,
    /// What it was for: the step of a rotation.
    pub label: String,
    /// The event it was given.
    pub event: Value,
    /// How it ended.
    pub result: InvocationResult,
    /// What the function wrote to stdout and stderr meanwhile.
    pub logs: String,
    /// How long it took.
    pub duration_ms: u64,
    /// Whether a process was started for it.
    pub cold: bool,
}

/// How an invocation ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvocationResult {
    /// The function returned this.
    Returned(Value),
    /// It failed: its own error, `Runtime.ExitError` or `Sandbox.Timedout`.
    Failed {
        /// The class of the failure.
        error_type: String,
        /// The sentence.
        message: String,
    },
}

impl InvocationResult {
    /// A failure of this class.
    fn failed(error_type: &str, message: impl Into<String>) -> Self {
        Self::Failed { error_type: error_type.to_owned(), message: message.into() }
    }
}
