//! Why nothing is deleted: the newest backup cannot be relied on.

use super::facts::{Backup, Kind, Owner, State};
use crate::{Failure, target::Snapshots};

/// Why a run deletes nothing at all: while new backups are missing or bad, the old ones may be the last good ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no backup.
    NoBackup,
    /// The newest failed.
    Failed {
        /// Its name.
        name: String,
    },
    /// The newest is not verified.
    Unverified {
        /// Its name.
        name: String,
    },
    /// The newest is too old.
    TooOld {
        /// Its name.
        name: String,
        /// How old it is.
        age_s: u64,
        /// How old it may be.
        max_age_s: u64,
    },
}

impl Refusal {
    /// The refusal as a failure. A person looks first, because the next pruning could take the last good backup.
    pub fn to_failure(&self) -> Failure {
        let (why, next_step) = match self {
            Self::NoBackup => ("there is no backup".to_owned(), "Take a snapshot"),
            Self::Failed { name } => {
                (format!("the newest backup, `{name}`, failed"), "Find out why it failed, and take a snapshot")
            }
            Self::Unverified { name } => (
                format!("the newest backup, `{name}`, is not verified"),
                "Verify it, or take a snapshot that can be verified",
            ),
            Self::TooOld { name, age_s, max_age_s } => (
                format!("the newest backup, `{name}`, is {age_s} s old, and `snapshots.max_age_s` is {max_age_s}"),
                "Find out why no snapshot was taken since, and take one",
            ),
        };
        Failure::needs_human(format!("nothing is deleted: {why}")).with_next_step(next_step)
    }
}

/// Whether the newest backup allows that older ones are deleted; see [`super::decide`] for the table.
pub(super) fn refusal(newest_first: &[&Backup], settings: &Snapshots, now_ms: u64) -> Option<Refusal> {
    let newest = newest_first.iter().find_map(|backup| {
        let is_ours = backup.owner == Owner::Ours && backup.kind == Kind::Manual;
        let is_one = !matches!(backup.state, State::Creating | State::Deleting);
        let created_ms = backup.created_ms.filter(|created_ms| *created_ms <= now_ms)?;
        (is_ours && is_one).then_some((backup, created_ms))
    });
    let Some((newest, created_ms)) = newest else { return Some(Refusal::NoBackup) };
    let name = newest.name.clone();
    let age_ms = now_ms - created_ms;
    match (newest.state, newest.verified.is_verified()) {
        (State::Failed, _) => Some(Refusal::Failed { name }),
        (_, false) => Some(Refusal::Unverified { name }),
        (_, true) if age_ms > settings.max_age_s.saturating_mul(1000) => {
            Some(Refusal::TooOld { name, age_s: age_ms.div_ceil(1000), max_age_s: settings.max_age_s })
        }
        (_, true) => None,
    }
}
