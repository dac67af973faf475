//! The record of every call that reached the sandbox.

use std::{
    fmt,
    sync::{Mutex, OnceLock},
};

use jiff::Timestamp;
use serde::Serialize;

/// One call, with no input values: a journal holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When the sandbox had read the call.
    pub at: Timestamp,
    /// The access key id that signed the call; empty for a Redis connection.
    pub principal: String,
    /// The invocation that made the call, where a function did.
    pub invocation: Option<Place>,
    /// The service's signing name, or `redis`.
    pub service: String,
    /// The operation; `Connect` for a Redis connection, a command's name for a command that changes something.
    pub operation: String,
    /// What the call was about: a secret, a parameter, a group, an address.
    pub subject: Option<String>,
    /// What came of it.
    pub result: CallResult,
}

/// Where in the run of a function a call was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The invocation's request id.
    pub request_id: String,
    /// The function.
    pub function: String,
    /// What the invocation is for: the step of a rotation.
    pub label: String,
    /// The call's place among the calls of this invocation, from 1.
    pub nth: usize,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallResult {
    /// Done, and answered.
    Answered,
    /// Refused by the service with this code.
    Refused(String),
    /// Met by this fault before it took effect.
    FaultedBefore(String),
    /// Took effect, then met this fault.
    FaultedAfter(String),
}

/// What is told of each entry.
type Watch = Box<dyn Fn(&Entry) + Send + Sync>;

/// The journal of one sandbox.
#[derive(Default)]
pub struct Journal {
    entries: Mutex<Vec<Entry>>,
    watch: OnceLock<Watch>,
}

impl Journal {
    /// Writes one entry.
    pub fn record(&self, entry: Entry) {
        self.entries.lock().expect("the lock is not poisoned").push(entry.clone());
        if let Some(watch) = self.watch.get() {
            watch(&entry);
        }
    }

    /// Calls `watch` with each later entry, right after the call that it records took effect or failed.
    ///
    /// # Repeating
    /// The first call counts.
    pub fn watch(&self, watch: impl Fn(&Entry) + Send + Sync + 'static) {
        self.watch.get_or_init(|| Box::new(watch));
    }

    /// All entries so far, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().expect("the lock is not poisoned").clone()
    }

    /// The calls of one operation that took effect.
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
