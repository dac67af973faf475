//! The journal of every call to the sandbox.

use std::{
    fmt,
    sync::{Mutex, OnceLock},
};

use jiff::Timestamp;
use serde::Serialize;

/// A call. It has no input values, so that the journal contains no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When the sandbox received the call.
    pub at: Timestamp,
    /// The access key id that signed the call; empty for a Redis connection.
    pub principal: String,
    /// The invocation that made the call; `None` for other callers.
    pub invocation: Option<Place>,
    /// The service's signing name, or `redis`.
    pub service: String,
    /// The operation: `Connect` for a Redis connection, or the name of a command that changes a node.
    pub operation: String,
    /// The subject: a secret, a parameter, a group or an address.
    pub subject: Option<String>,
    /// The result.
    pub result: CallResult,
}

/// The place of a call in the run of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The invocation's request id.
    pub request_id: String,
    /// The function.
    pub function: String,
    /// The label of the invocation: the step of a rotation, for example.
    pub label: String,
    /// The number of the call within the invocation, from 1.
    pub nth: usize,
}

/// The result of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallResult {
    /// The call succeeded.
    Answered,
    /// The service rejected the call with this error code.
    Refused(String),
    /// This fault occurred before the call took effect.
    FaultedBefore(String),
    /// The call took effect, then this fault occurred.
    FaultedAfter(String),
}

/// Receives each entry.
type Watch = Box<dyn Fn(&Entry) + Send + Sync>;

/// The journal of one sandbox.
#[derive(Default)]
pub struct Journal {
    entries: Mutex<Vec<Entry>>,
    watch: OnceLock<Watch>,
}

impl Journal {
    /// Records an entry.
    pub fn record(&self, entry: Entry) {
        self.entries.lock().expect("the lock is not poisoned").push(entry.clone());
        if let Some(watch) = self.watch.get() {
            watch(&entry);
        }
    }

    /// Calls `watch` with each later entry, right after the recorded call took effect or failed.
    ///
    /// # Repeating
    /// Later calls have no effect.
    pub fn watch(&self, watch: impl Fn(&Entry) + Send + Sync + 'static) {
        self.watch.get_or_init(|| Box::new(watch));
    }

    /// All entries so far, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().expect("the lock is not poisoned").clone()
    }

    /// The number of calls of one operation that took effect.
    pub fn effective(&self, operation: &str) -> usize {
        let took_effect = |entry: &&Entry| matches!(entry.result, CallResult::Answered | CallResult::FaultedAfter(_));
        self.entries().iter().filter(|entry| entry.operation == operation).filter(took_effect).count()
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("entries", &self.entries).finish_non_exhaustive()
    }
}
