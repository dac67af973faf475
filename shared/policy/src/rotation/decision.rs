//! What a step does next.

/// What a step does next. Everything but `Done` is followed by another look.
///
/// `Specific` is the change that only one kind of server needs: [`CloseOpenAccess`], [`RestoreCurrent`], or
/// [`std::convert::Infallible`] where there is none, so that no decision asks for what a server cannot do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<Specific> {
    /// The step has nothing left to do.
    Done {
        /// Why not.
        reason: &'static str,
    },
    /// Generate a credential and put it as AWSPENDING.
    CreatePending {
        /// Why.
        reason: &'static str,
    },
    /// Remove the AWSPENDING label from a value that can never be used, so that the next attempt begins with a new one.
    DiscardPending {
        /// What is wrong with the value.
        reason: String,
    },
    /// Make the server accept AWSPENDING beside AWSCURRENT.
    AddPending {
        /// Why.
        reason: &'static str,
    },
    /// Make the server refuse AWSPREVIOUS: after this rotation, the secret would no longer contain it.
    RemovePrevious {
        /// Why it is still there.
        reason: &'static str,
    },
    /// Make the change that only this kind of server needs.
    Specific {
        /// The change.
        change: Specific,
        /// Why.
        reason: &'static str,
    },
    /// Move AWSCURRENT to the pending version.
    Promote {
        /// Why it is safe.
        reason: &'static str,
        /// What the step decides on afterwards.
        then: AfterPromotion,
    },
    /// Look again later; leave with a retryable failure when time is up.
    Wait {
        /// For what.
        reason: String,
    },
}

/// Make a server that accepts clients without a credential require AWSCURRENT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseOpenAccess;

/// Make the nodes that have lost AWSCURRENT accept it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreCurrent;

/// What a step decides on after AWSCURRENT has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterPromotion {
    /// The same look at the server: only the secret has changed.
    DecideAgain,
    /// A new look: a node may have restarted meanwhile, with what was AWSCURRENT then.
    LookAgain,
}

impl<Specific> Decision<Specific> {
    /// The same decision, with the specific change as something else, such as the call that makes it.
    pub fn map<Other>(self, other: impl FnOnce(Specific) -> Other) -> Decision<Other> {
        match self {
            Self::Done { reason } => Decision::Done { reason },
            Self::CreatePending { reason } => Decision::CreatePending { reason },
            Self::DiscardPending { reason } => Decision::DiscardPending { reason },
            Self::AddPending { reason } => Decision::AddPending { reason },
            Self::RemovePrevious { reason } => Decision::RemovePrevious { reason },
            Self::Specific { change, reason } => Decision::Specific { change: other(change), reason },
            Self::Promote { reason, then } => Decision::Promote { reason, then },
            Self::Wait { reason } => Decision::Wait { reason },
        }
    }
}

pub(super) fn wait<Specific>(reason: &str) -> Decision<Specific> {
    Decision::Wait { reason: reason.to_owned() }
}

pub(super) fn remove_previous<Specific>() -> Decision<Specific> {
    Decision::RemovePrevious {
        reason: "it was not retired before this rotation, and at most two credentials may be valid",
    }
}
