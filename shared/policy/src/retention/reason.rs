//! Why a backup is kept.

use std::fmt;

use super::{
    facts::{Backup, Kind, Owner, State},
    rules::Match,
};
use crate::snapshot::at_ms;

/// Why a backup is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The service made it, and deletes it.
    Automated,
    /// It is not the target's, by its name or its tag.
    Foreign,
    /// It is being created.
    Creating,
    /// It failed, which somebody may want to look at.
    Failed,
    /// It is being deleted already.
    Deleting,
    /// Its time is after now: a clock was wrong.
    Future,
    /// Its time is unknown.
    NoTime,
    /// A rule of `snapshots.keep` keeps it.
    Policy(Match),
    /// It is one of the `min_verified` newest that are verified.
    NewestVerified,
    /// A person said that it stays.
    Pinned,
    /// The place refuses to delete it until then, in milliseconds since 1970.
    LockedUntil(u64),
    /// It is being restored.
    Restoring,
    /// It is being copied.
    Copying,
    /// Nothing else keeps it, but pruning is refused: see [`super::Refusal`].
    Refused,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Automated => "automated: the service deletes it",
            Self::Foreign => "not a snapshot of this target",
            Self::Creating => "being created",
            Self::Failed => "failed",
            Self::Deleting => "being deleted",
            Self::Future => "its time is in the future",
            Self::NoTime => "its time is unknown",
            Self::Policy(matched) => return matched.fmt(f),
            Self::NewestVerified => "one of the `min_verified` newest verified",
            Self::Pinned => "pinned",
            Self::LockedUntil(ms) => return write!(f, "locked until {}", at_ms(*ms)),
            Self::Restoring => "being restored",
            Self::Copying => "being copied",
            Self::Refused => "pruning is refused",
        })
    }
}

/// Why a backup is kept and counts for nothing; `None` if it counts.
pub(super) fn uncounted(backup: &Backup, now_ms: u64) -> Option<Reason> {
    match (backup.kind, backup.owner, backup.state, backup.created_ms) {
        (Kind::Automated, ..) => Some(Reason::Automated),
        (_, Owner::Foreign, ..) => Some(Reason::Foreign),
        (_, _, State::Creating, _) => Some(Reason::Creating),
        (_, _, State::Failed, _) => Some(Reason::Failed),
        (_, _, State::Deleting, _) => Some(Reason::Deleting),
        (_, _, _, None) => Some(Reason::NoTime),
        (_, _, _, Some(created_ms)) => (created_ms > now_ms).then_some(Reason::Future),
    }
}

/// Why a backup that counts is kept, whatever the policy says.
pub(super) fn protections(backup: &Backup, now_ms: u64) -> impl Iterator<Item = Reason> {
    let locked_until_ms = backup.locked_until_ms.filter(|until_ms| *until_ms > now_ms);
    let in_use = match backup.state {
        State::Restoring => Some(Reason::Restoring),
        State::Copying => Some(Reason::Copying),
        State::Available | State::Creating | State::Deleting | State::Failed => None,
    };
    let pinned = backup.pinned.then_some(Reason::Pinned);
    pinned.into_iter().chain(locked_until_ms.map(Reason::LockedUntil)).chain(in_use)
}
