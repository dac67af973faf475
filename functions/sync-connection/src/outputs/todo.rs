//! What is left to do for one output.

/// What is left to do for one output; `Change` is what writes it.
pub(super) enum Todo<Change> {
    /// Nothing: it has what it should.
    UpToDate,
    /// Nothing, though it does not have what it should.
    Keep {
        /// Why.
        reason: &'static str,
    },
    /// To wait: its last change is still in progress.
    Wait,
    /// To write it.
    Write {
        /// What outcomes call the change.
        what: &'static str,
        /// Why.
        reason: String,
        /// The change, ready to be made.
        change: Change,
    },
}

impl<Change> Todo<Change> {
    /// The same, with the change as something else.
    pub(super) fn map<Other>(self, other: impl FnOnce(Change) -> Other) -> Todo<Other> {
        match self {
            Self::UpToDate => Todo::UpToDate,
            Self::Keep { reason } => Todo::Keep { reason },
            Self::Wait => Todo::Wait,
            Self::Write { what, reason, change } => Todo::Write { what, reason, change: other(change) },
        }
    }
}
