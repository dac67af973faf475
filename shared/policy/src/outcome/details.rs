//! What only one function reports.

use serde::Serialize;

use super::{judged::Judged, measure::Measure};
use crate::{login::FailedLogin, retention::Verified, rotation::Step};

/// What only one function reports, beside what every outcome has. Its keys stand among those of the outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Details {
    /// Of rotate-auth.
    Rotation {
        /// The step of the rotation, once it is known.
        step: Option<Step>,
    },
    /// Of retire-credential.
    Retirement {
        /// Logins that the nodes have refused since the previous credential was removed.
        failed_logins: Vec<FailedLogin>,
    },
    /// Of sync-connection.
    Connection {},
    /// Of take-snapshot.
    Snapshot {
        /// The name of the snapshot, once it is known.
        snapshot: Option<String>,
        /// How far it is verified, once that is known.
        verified: Option<Verified>,
    },
    /// Of prune-snapshots.
    Pruning {
        /// Every snapshot of the target, and what becomes of it.
        snapshots: Vec<Judged>,
    },
}

impl Details {
    /// The function, by name.
    pub fn function(&self) -> &'static str {
        match self {
            Self::Rotation { .. } => "rotate-auth",
            Self::Retirement { .. } => "retire-credential",
            Self::Connection {} => "sync-connection",
            Self::Snapshot { .. } => "take-snapshot",
            Self::Pruning { .. } => "prune-snapshots",
        }
    }

    /// What every run of the function measures: its metrics have data at every run, zero included.
    pub(super) fn measures(&self) -> &'static [Measure] {
        match self {
            Self::Retirement { .. } => &[Measure::Logins, Measure::FailedLogins],
            Self::Rotation { .. } | Self::Connection {} => &[Measure::Logins],
            Self::Snapshot { .. } => &[Measure::RdbBytes, Measure::StoredBytes],
            Self::Pruning { .. } => &[Measure::Snapshots, Measure::VerifiedSnapshots, Measure::DeletedSnapshots],
        }
    }

    /// Whether success shows that what failed before works again: for rotate-auth that is the last step alone.
    pub(super) fn shows_recovery(&self) -> bool {
        match self {
            Self::Rotation { step } => *step == Some(Step::Finish),
            Self::Retirement { .. } | Self::Connection {} | Self::Snapshot { .. } | Self::Pruning { .. } => true,
        }
    }

    /// How a person runs the function again.
    pub(super) fn again(&self) -> &'static str {
        match self {
            Self::Rotation { .. } => "rotate the secret again",
            Self::Retirement { .. } | Self::Connection {} | Self::Snapshot { .. } | Self::Pruning { .. } => {
                "run the function again, or leave it to its schedule"
            }
        }
    }
}
