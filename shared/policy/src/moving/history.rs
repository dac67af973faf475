//! The versions of a target's settings that matter.

use crate::{Failure, Target, labels::ROLLED_BACK};

/// One version of a target's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The version's number; a newer version has a greater one.
    pub version: i64,
    /// The settings.
    pub target: Target,
}

impl Revision {
    /// Whether both name one Redis and one secret, in the same words.
    pub fn is_at_the_place_of(&self, other: &Self) -> bool {
        (&self.target.backend, &self.target.secret) == (&other.target.backend, &other.target.secret)
    }
}

/// The newest settings of a target, and those that have labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The newest settings.
    pub newest: Revision,
    /// The settings labelled `current`, if they can be read.
    pub current: Option<Revision>,
    /// The settings labelled `previous`, if they can be read.
    pub previous: Option<Revision>,
    /// The version labelled `rolled-back`.
    pub rolled_back: Option<i64>,
}

impl History {
    /// Refuses settings that were rolled back if the ones before them cannot be read: nothing is known to be in effect.
    ///
    /// # Errors
    /// Permanent, with the next step.
    pub fn check(&self) -> Result<(), Failure> {
        match self.is_rolled_back(self.newest.version) && self.published().is_none() {
            false => Ok(()),
            true => Err(Failure::permanent(format!(
                "the newest settings have the label `{ROLLED_BACK}`, and the settings before them cannot be read"
            ))
            .with_next_step("Store settings that name the Redis you want")),
        }
    }

    /// The settings whose place is published, if they can be read. A rollback that stopped half way counts as done.
    pub(super) fn published(&self) -> Option<&Revision> {
        let current = self.current.as_ref()?;
        match self.is_rolled_back(current.version) {
            true => self.previous.as_ref(),
            false => Some(current),
        }
    }

    pub(super) fn is_rolled_back(&self, version: i64) -> bool {
        self.rolled_back == Some(version)
    }
}
