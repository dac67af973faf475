//! What a secret says about the credential in use and the one before it.

use super::Promotion;

/// What a secret says about the credential in use and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// The value of AWSPREVIOUS.
    pub previous: PreviousValue,
    /// When AWSCURRENT moved to its version.
    pub promotion: Promotion,
    /// Whether AWSPENDING is on a version of its own that has a value: a rotation is in progress, or stuck.
    pub rotating: bool,
}

/// The value of AWSPREVIOUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviousValue {
    /// There is none.
    Absent,
    /// It has no credential where the settings say.
    Unreadable,
    /// It contains the same credential as AWSCURRENT.
    SameAsCurrent,
    /// It contains another credential.
    Another {
        /// Whether every node was seen to refuse it: its version carries the label `redis-lifecycle-retired`.
        retired: bool,
    },
}

impl SecretFacts {
    /// Why there is nothing to retire, whatever the server says; `None` if there may be something.
    pub fn nothing_to_retire(&self) -> Option<&'static str> {
        match self.previous {
            PreviousValue::Absent => Some("the secret has no AWSPREVIOUS"),
            PreviousValue::SameAsCurrent => Some("AWSPREVIOUS is the same credential as AWSCURRENT"),
            PreviousValue::Unreadable | PreviousValue::Another { .. } => None,
        }
    }

    /// The latest moment at which AWSCURRENT can have become another credential than a consumer has; `None` if there is no
    /// other credential that a consumer could have.
    ///
    /// An unreadable AWSPREVIOUS was another credential before somebody broke it. On a retired AWSPREVIOUS,
    /// `LastChangedDate` may be the moment of the label `redis-lifecycle-retired`, which is no promotion.
    pub fn promoted_ms(&self) -> Option<u64> {
        match self.previous {
            PreviousValue::Absent | PreviousValue::SameAsCurrent => None,
            PreviousValue::Unreadable | PreviousValue::Another { retired: false } => self.promotion.latest_ms(),
            PreviousValue::Another { retired: true } => Promotion { changed_ms: None, ..self.promotion }.latest_ms(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promotion_counts_only_where_there_is_another_credential_to_hold() {
        let moved = Promotion { current_created_ms: Some(100), changed_ms: Some(900), ..Promotion::default() };
        let rotated = Promotion { rotated_ms: Some(130), ..moved };
        for (previous, promotion, expected) in [
            (PreviousValue::Absent, rotated, None),
            (PreviousValue::SameAsCurrent, rotated, None),
            (PreviousValue::Unreadable, rotated, Some(130)),
            (PreviousValue::Unreadable, moved, Some(900)),
            (PreviousValue::Another { retired: false }, rotated, Some(130)),
            (PreviousValue::Another { retired: true }, rotated, Some(130)),
            (PreviousValue::Another { retired: false }, moved, Some(900)),
            (PreviousValue::Another { retired: true }, moved, Some(100)),
        ] {
            let secret = SecretFacts { previous, promotion, rotating: false };
            assert_eq!(secret.promoted_ms(), expected, "{secret:?}");
        }
    }
}
