//! What a run does next.

use super::facts::Facts;
use crate::outcome::Waiting;

/// What a run does next. `Kept` and `Blocked` end it; after everything else the run looks again.
///
/// `Specific` is the change that only one kind of server needs: [`Restore`], or [`std::convert::Infallible`] where there is
/// none, so that no decision asks for what a server cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<Specific> {
    /// Nothing is left to do.
    Kept {
        /// Why.
        reason: String,
    },
    /// Nothing may be done yet; a later run looks again.
    Blocked {
        /// By what.
        by: Vec<Waiting>,
    },
    /// Make the server refuse AWSPREVIOUS.
    Remove {
        /// Why it is safe.
        reason: &'static str,
    },
    /// Make the change that only this kind of server needs.
    Specific {
        /// The change.
        change: Specific,
        /// Why.
        reason: &'static str,
    },
    /// Record that every node refused AWSPREVIOUS.
    MarkRetired {
        /// What proves it.
        reason: &'static str,
    },
    /// Look again soon; fail as Retryable when time is up.
    Wait {
        /// For what.
        reason: String,
    },
}

/// Make the nodes that have lost a credential accept it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restore {
    /// AWSCURRENT.
    Current,
    /// AWSPREVIOUS: a client may still use it.
    Previous,
}

impl<Specific> Decision<Specific> {
    /// The same decision, with the specific change as something else, such as the call that makes it.
    pub fn map<Other>(self, other: impl FnOnce(Specific) -> Other) -> Decision<Other> {
        match self {
            Self::Kept { reason } => Decision::Kept { reason },
            Self::Blocked { by } => Decision::Blocked { by },
            Self::Remove { reason } => Decision::Remove { reason },
            Self::Specific { change, reason } => Decision::Specific { change: other(change), reason },
            Self::MarkRetired { reason } => Decision::MarkRetired { reason },
            Self::Wait { reason } => Decision::Wait { reason },
        }
    }
}

pub(super) fn kept<Specific>(reason: &str) -> Decision<Specific> {
    Decision::Kept { reason: reason.to_owned() }
}

pub(super) fn wait<Specific>(reason: &str) -> Decision<Specific> {
    Decision::Wait { reason: reason.to_owned() }
}

pub(super) fn blocked_by<Specific>(what: &str, reason: impl Into<String>) -> Decision<Specific> {
    Decision::Blocked { by: vec![Waiting::new(what, reason)] }
}

/// Makes the server refuse AWSPREVIOUS, which some node still accepts.
pub(super) fn remove<Specific>(facts: &Facts) -> Decision<Specific> {
    let reason = match facts.is_retired() {
        true => "a node accepts AWSPREVIOUS again, which was retired before",
        false => "the overlap is over, and every consumer has followed",
    };
    Decision::Remove { reason }
}
