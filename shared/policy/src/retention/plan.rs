//! What a run deletes and keeps.

use super::{
    facts::{Backup, newest_first},
    newest::Refusal,
    reason::Reason,
};

/// What a run deletes and keeps. Every backup is in one of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<'a> {
    /// Why nothing is deleted; `None` if something may be.
    pub refusal: Option<Refusal>,
    /// What this run deletes, the oldest first.
    pub delete: Vec<Deletion<'a>>,
    /// What is left to the next run, because this one deletes enough; the oldest first.
    pub next_run: Vec<Deletion<'a>>,
    /// What is kept, the newest first.
    pub kept: Vec<Kept<'a>>,
}

/// One backup to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion<'a> {
    /// Which.
    pub backup: &'a Backup,
    /// Why.
    pub reason: &'static str,
}

/// One backup that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Which.
    pub backup: &'a Backup,
    /// Why: every reason, at least one.
    pub reasons: Vec<Reason>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(refusal: Option<Refusal>) -> Self {
        Self { refusal, delete: Vec::new(), next_run: Vec::new(), kept: Vec::new() }
    }

    pub(super) fn keep(&mut self, backup: &'a Backup, reasons: Vec<Reason>) {
        self.kept.push(Kept { backup, reasons });
    }

    /// Keeps a backup for these reasons, or deletes it if there is none.
    pub(super) fn keep_or_delete(&mut self, backup: &'a Backup, reasons: Vec<Reason>) {
        match (reasons.is_empty(), &self.refusal) {
            (false, _) => self.keep(backup, reasons),
            (true, Some(_)) => self.keep(backup, vec![Reason::Refused]),
            (true, None) => self.delete.push(Deletion { backup, reason: why_deleted(backup) }),
        }
    }

    /// The same plan in order, with no more deletions than these.
    pub(super) fn in_order(mut self, most_deletions: usize) -> Self {
        self.delete.reverse();
        self.next_run = self.delete.split_off(most_deletions.min(self.delete.len()));
        self.kept.sort_unstable_by(|one, other| newest_first(one.backup, other.backup));
        self
    }
}

fn why_deleted(backup: &Backup) -> &'static str {
    match backup.verified.is_verified() {
        true => "no rule of `snapshots.keep` keeps it",
        false => "it is not verified, and no rule of `snapshots.keep` would keep it if it were",
    }
}
