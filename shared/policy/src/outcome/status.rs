//! The status of a run, derived from what is in its outcome.

use serde::Serialize;

use super::run::Outcome;
use crate::Class;

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// Something was done, and nothing is left to do.
    Done,
    /// Nothing had to be done, or a dry run did nothing.
    Kept,
    /// Something has to wait for a later run.
    Waiting,
    /// It failed, and may succeed later.
    Retryable,
    /// It failed, and will until something is corrected.
    Permanent,
    /// It stopped, and a person must look.
    NeedsHuman,
}

impl Status {
    /// Every status, each with the name of its metric in CloudWatch.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Done, "Done"),
        (Self::Kept, "Kept"),
        (Self::Waiting, "Waiting"),
        (Self::Retryable, "Retryable"),
        (Self::Permanent, "Permanent"),
        (Self::NeedsHuman, "NeedsHuman"),
    ];

    /// Whether nothing gets better until a person acts.
    pub fn requires_action(self) -> bool {
        matches!(self, Self::Permanent | Self::NeedsHuman)
    }
}

impl Outcome {
    /// What came of the run, derived from what is in its self. The first line that applies decides:
    ///
    /// | the outcome has | ⇒ status |
    /// |---|---|
    /// | a failure, of the run or of an item, of the class `NeedsHuman` | needs-human |
    /// | one of the class Permanent | permanent |
    /// | one of the class Retryable | retryable |
    /// | something to wait for | waiting |
    /// | something done | done |
    /// | nothing but what was kept or planned | kept |
    pub fn status(&self) -> Status {
        match self.failure_class() {
            Some(Class::NeedsHuman) => Status::NeedsHuman,
            Some(Class::Permanent) => Status::Permanent,
            Some(Class::Retryable) => Status::Retryable,
            None if !self.waiting.is_empty() => Status::Waiting,
            None if !self.done.is_empty() => Status::Done,
            None => Status::Kept,
        }
    }
}
