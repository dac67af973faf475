//! How a requested change can end: confirmed, refused for now, or unknown.

/// What became of a change that was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// The service confirmed it.
    Yes,
    /// The service refused it for now: nothing has changed.
    No,
    /// No answer came, or one that says nothing about it: it may have taken effect.
    Unknown,
}

impl Made {
    /// Whether the change has taken effect, or may have.
    pub fn may_have_taken_effect(self) -> bool {
        self != Self::No
    }
}
