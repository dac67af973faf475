//! Lambda: runs compiled functions as local processes behind a Runtime API.

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

/// The configuration of a function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The compiled bootstrap.
    pub binary: PathBuf,
    /// The timeout of an invocation.
    pub timeout: Duration,
    /// Its own environment variables, in addition to those of Lambda and the sandbox.
    pub environment: BTreeMap<String, String>,
}

/// A completed invocation.
#[derive(Clone, Debug, Serialize)]
pub struct Invocation {
    /// The request id.
    pub request_id: String,
    /// The function.
    pub function: String,
    /// Its purpose: the step of a rotation, for example.
    pub label: String,
    /// The event.
    pub event: Value,
    /// The result.
    pub result: InvocationResult,
    /// The output of the function on stdout and stderr.
    pub logs: String,
    /// The duration in milliseconds.
    pub duration_ms: u64,
    /// Whether it was a cold start.
    pub cold: bool,
}

/// The result of an invocation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvocationResult {
    /// The function returned this value.
    Returned(Value),
    /// It failed: its own error, `Runtime.ExitError` or `Sandbox.Timedout`.
    Failed {
        /// The type of the error.
        error_type: String,
        /// The error message.
        message: String,
    },
}

impl InvocationResult {
    /// Creates a failure with this type of error.
    fn failed(error_type: &str, message: impl Into<String>) -> Self {
        Self::Failed { error_type: error_type.to_owned(), message: message.into() }
    }
}
