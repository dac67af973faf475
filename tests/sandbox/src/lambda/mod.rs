//! Lambda: compiled functions as local processes behind a real Runtime API.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::Value;

use crate::faults::Faults;

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

/// Runs functions.
#[derive(Debug)]
pub struct Runner {
    faults: Arc<Faults>,
    environment: BTreeMap<String, String>,
}

impl Runner {
    /// A runner with no function yet.
    pub(crate) fn new(faults: Arc<Faults>, environment: BTreeMap<String, String>) -> Self {
        Self { faults, environment }
    }

    /// Adds a function, or replaces the one of that name.
    pub fn add(&self, function: Function) {
        let _ = (function, &self.faults);
    }

    /// Whether there is a function of this name.
    pub fn has(&self, name: &str) -> bool {
        let _ = name;
        false
    }

    /// Runs a function once, and returns when it has answered, failed, died or been cut.
    pub async fn invoke(&self, function: &str, event: &Value, label: &str) -> Invocation {
        let _ = (function, event, label);
        unimplemented!()
    }

    /// Every invocation so far, in the order they ended.
    pub fn invocations(&self) -> Vec<Invocation> {
        Vec::new()
    }

    /// Ends every process and waits for it.
    pub(crate) async fn stop(&self) {}
}
