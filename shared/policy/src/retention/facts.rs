//! The facts that a pruning is decided on.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{snapshot::at_ms, target::Snapshots};

/// Everything that a decision depends on. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time.
    pub now_ms: u64,
    /// What the settings say.
    pub settings: Snapshots,
    /// How many backups one run deletes at most.
    pub most_deletions: usize,
    /// The backups of one target in one place, in any order; others may be among them.
    pub backups: Vec<Backup>,
}

/// One backup: a snapshot of a service, or an object in a bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backup {
    /// Its name. No two have the same.
    pub name: String,
    /// When it was created. If the service does not say, the slot in the name does: see
    /// [`SnapshotName`](crate::snapshot::SnapshotName).
    pub created_ms: Option<u64>,
    /// What is happening to it.
    pub state: State,
    /// Who asked for it.
    pub kind: Kind,
    /// Whose it is.
    pub owner: Owner,
    /// How far its contents were verified.
    pub verified: Verified,
    /// Whether a person said that it stays.
    pub pinned: bool,
    /// Until when the place itself refuses to delete it, as S3's Object Lock does.
    pub locked_until_ms: Option<u64>,
}

/// What is happening to a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is being created.
    Creating,
    /// It can be restored.
    Available,
    /// It is being restored, and cannot be deleted.
    Restoring,
    /// It is being copied, and cannot be deleted.
    Copying,
    /// It is being deleted.
    Deleting,
    /// It was not created.
    Failed,
}

/// Who asked for a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A call.
    Manual,
    /// The service, by its own schedule and with its own retention.
    Automated,
}

/// Whose a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Ours: its name and its tag are those of the target.
    Ours,
    /// Somebody else's, or another target's.
    Foreign,
}

/// How far a backup was verified, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verified {
    /// Not at all, or it was found damaged.
    No,
    /// The service says that it is available, with every shard.
    Status,
    /// It was read to its end, without a checksum.
    Structure,
    /// It was read to its end, and its checksum is right.
    Contents,
}

impl Verified {
    /// Whether it counts as a backup that can be restored.
    pub fn is_verified(self) -> bool {
        self > Self::No
    }
}

/// Each backup once, in the order of [`newest_first`].
pub(super) fn in_order(backups: &[Backup]) -> Vec<&Backup> {
    let mut ordered: Vec<_> = backups.iter().collect();
    ordered.sort_unstable_by(|one, other| newest_first(one, other));
    ordered.dedup_by(|next, kept| next.name == kept.name && next.created_ms == kept.created_ms);
    ordered
}

/// The newest first, those of one time by their names, and last those whose time is unknown.
pub(super) fn newest_first(one: &Backup, other: &Backup) -> Ordering {
    other.created_ms.cmp(&one.created_ms).then_with(|| one.cmp(other))
}

/// The time of each backup.
pub(super) fn created(backups: &[&Backup]) -> Vec<Timestamp> {
    backups.iter().map(|backup| at_ms(backup.created_ms.unwrap_or(0))).collect()
}
