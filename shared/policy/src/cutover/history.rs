//! The versions of a target's settings that matter.

use super::ROLLED_BACK;
use crate::{Failure, Target};

/// One version of a target's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its number: newer ones have greater ones.
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

/// The newest settings of a target, and those that labels point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The newest.
    pub newest: Revision,
    /// Those labelled [`super::CURRENT`], where they can be read.
    pub current: Option<Revision>,
    /// Those labelled [`super::PREVIOUS`], where they can be read.
    pub previous: Option<Revision>,
    /// The version labelled [`ROLLED_BACK`].
    pub rolled_back: Option<i64>,
}

impl History {
    /// The history of settings that were never published.
    pub fn of(newest: Revision) -> Self {
        Self { newest, current: None, previous: None, rolled_back: None }
    }

    /// Refuses settings that were taken back where those before them cannot be read: nobody can say what is in force.
    ///
    /// # Errors
    /// Permanent, with the way out.
    pub fn check(&self) -> Result<(), Failure> {
        match self.is_rolled_back(self.newest.version) && self.published().is_none() {
            false => Ok(()),
            true => Err(Failure::permanent(format!(
                "the newest settings are labelled `{ROLLED_BACK}`, and those before them cannot be read; put settings that \
                 name the place you want. Nothing was touched"
            ))),
        }
    }

    /// Those whose place is published, as far as it can be read: a rollback that was stopped is seen through.
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
