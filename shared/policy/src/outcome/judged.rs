//! What becomes of each snapshot.

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    retention::{Backup, Deletion, Kept, Verified},
    snapshot::at_ms,
};

/// A snapshot, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// Its name.
    pub snapshot: String,
    /// When it was created, if that is known.
    pub created: Option<Timestamp>,
    /// How far it is verified.
    pub verified: Verified,
    /// What becomes of it.
    pub action: Action,
    /// Why: every reason.
    pub reasons: Vec<String>,
}

/// What becomes of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is deleted.
    Delete,
    /// The next run deletes it.
    DeleteLater,
    /// It is kept.
    Keep,
}

impl Judged {
    /// One that this run deletes.
    pub fn deleted(deletion: &Deletion<'_>) -> Self {
        Self::new(deletion.backup, Action::Delete, vec![deletion.reason.to_owned()])
    }

    /// One that the next run deletes.
    pub fn left(deletion: &Deletion<'_>) -> Self {
        Self::new(deletion.backup, Action::DeleteLater, vec![deletion.reason.to_owned()])
    }

    /// One that is kept.
    pub fn kept(kept: &Kept<'_>) -> Self {
        Self::new(kept.backup, Action::Keep, kept.reasons.iter().map(ToString::to_string).collect())
    }

    fn new(backup: &Backup, action: Action, reasons: Vec<String>) -> Self {
        let (snapshot, created) = (backup.name.clone(), backup.created_ms.map(at_ms));
        Self { snapshot, created, verified: backup.verified, action, reasons }
    }
}
