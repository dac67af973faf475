//! Counts of what the clients of a load experienced.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use jiff::Timestamp;
use serde::Serialize;

use super::Kind;

/// How many failures are recorded in detail.
const KEPT_FAILURES: usize = 20;

/// Counts over all clients of a load.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stats {
    /// Commands with the correct answer.
    pub commands: u64,
    /// Commands without a correct answer.
    pub failed: u64,
    /// Refused logins, including those followed by a successful one after the secret was read again.
    pub wrongpass_seen: u64,
    /// Connections after the first one of each client.
    pub reconnects: u64,
    /// Commands that succeeded after a retry: a connection was dropped, or a failover happened.
    pub recovered: u64,
    /// Restarts of clients, as by a deployment.
    pub restarts: u64,
    /// Counts by kind of client.
    pub by_kind: BTreeMap<Kind, KindStats>,
    /// The first failures.
    pub failures: Vec<Failure>,
}

/// Counts over the clients of one kind.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct KindStats {
    /// Commands with the correct answer.
    pub commands: u64,
    /// Commands without a correct answer.
    pub failed: u64,
    /// Refused logins.
    pub wrongpass_seen: u64,
}

/// A command without a correct answer.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// When the client gave up.
    pub at: Timestamp,
    /// The kind of client.
    pub kind: Kind,
    /// The last node it was sent to.
    pub node: String,
    /// Why, without any value that was sent.
    pub reason: String,
}

/// The counts of running clients.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    stats: Mutex<Stats>,
}

impl Counters {
    pub(crate) fn answered(&self, kind: Kind, commands: u64) {
        let mut stats = self.stats();
        stats.commands += commands;
        stats.by_kind.entry(kind).or_default().commands += commands;
    }

    pub(crate) fn failed(&self, kind: Kind, node: String, reason: String) {
        let mut stats = self.stats();
        stats.failed += 1;
        stats.by_kind.entry(kind).or_default().failed += 1;
        if stats.failures.len() < KEPT_FAILURES {
            stats.failures.push(Failure { at: Timestamp::now(), kind, node, reason });
        }
    }

    pub(crate) fn refused(&self, kind: Kind) {
        let mut stats = self.stats();
        stats.wrongpass_seen += 1;
        stats.by_kind.entry(kind).or_default().wrongpass_seen += 1;
    }

    pub(crate) fn reconnected(&self) {
        self.stats().reconnects += 1;
    }

    pub(crate) fn recovered(&self) {
        self.stats().recovered += 1;
    }

    pub(crate) fn restarted(&self) {
        self.stats().restarts += 1;
    }

    pub(crate) fn read(&self) -> Stats {
        self.stats().clone()
    }

    fn stats(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().expect("the lock is not poisoned")
    }
}
