//! What the clients of a load met.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use jiff::Timestamp;
use serde::Serialize;

use super::Kind;

/// How many failures are kept in full: enough to see why, whatever happens.
const KEPT_FAILURES: usize = 20;

/// What the clients of a load met so far.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stats {
    /// Commands that were answered rightly.
    pub commands: u64,
    /// Commands that got no right answer.
    pub failed: u64,
    /// Logins that were refused, those that a re-read of the secret healed included.
    pub wrongpass_seen: u64,
    /// Connections after the first one of each client.
    pub reconnects: u64,
    /// Troubles that healed by trying again: a dropped connection, a failover.
    pub healed: u64,
    /// Clients restarted, as a deployment restarts them.
    pub restarts: u64,
    /// The same by kind of client.
    pub by_kind: BTreeMap<Kind, KindStats>,
    /// The first failures.
    pub failures: Vec<Failure>,
}

/// What the clients of one kind met.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct KindStats {
    /// Commands that were answered rightly.
    pub commands: u64,
    /// Commands that got no right answer.
    pub failed: u64,
    /// Logins that were refused.
    pub wrongpass_seen: u64,
}

/// A command that got no right answer.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// When it was given up.
    pub at: Timestamp,
    /// The kind of client.
    pub kind: Kind,
    /// The node that was asked last.
    pub node: String,
    /// Why, without any value.
    pub reason: String,
}

/// The stats while they grow.
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

    pub(crate) fn healed(&self) {
        self.stats().healed += 1;
    }

    pub(crate) fn restarted(&self) {
        self.stats().restarts += 1;
    }

    pub(crate) fn read(&self) -> Stats {
        self.stats().clone()
    }

    fn stats(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().expect("no holder panics")
    }
}
