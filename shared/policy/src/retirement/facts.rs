//! What a retirement has seen.

use crate::{consumers::ConsumerFacts, rotation::Server, target::Retirement};

/// Everything that [`super::decide`] may look at. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time.
    pub now_ms: u64,
    /// What the settings say.
    pub settings: Retirement,
    /// What the secret says.
    pub secret: SecretFacts,
    /// The server, once it has been looked at; see [`SecretFacts::nothing_to_retire`].
    pub server: Option<Server>,
    /// The consumers, once they have been looked at; see [`super::needs_consumers`].
    pub consumers: Option<Vec<ConsumerFacts>>,
}

/// What the secret says of the credential that was in use before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// The value of AWSPREVIOUS.
    pub previous: PreviousValue,
    /// When AWSCURRENT came to be what it is.
    pub promotion: Promotion,
    /// Whether AWSPENDING is on another version than AWSCURRENT, and has a value: a rotation is under way, or stuck.
    pub rotating: bool,
}

/// The value of AWSPREVIOUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviousValue {
    /// There is none.
    Absent,
    /// It has no credential where the settings say that it is.
    Unreadable,
    /// It holds the same credential as AWSCURRENT.
    SameAsCurrent,
    /// It holds another one.
    Another {
        /// Whether it was seen refused everywhere already: its version carries our own label.
        retired: bool,
    },
}

impl SecretFacts {
    /// Why there is nothing to retire, whatever the server says.
    pub fn nothing_to_retire(&self) -> Option<&'static str> {
        match self.previous {
            PreviousValue::Absent => Some("the secret has no AWSPREVIOUS"),
            PreviousValue::SameAsCurrent => Some("AWSPREVIOUS holds the same credential as AWSCURRENT"),
            PreviousValue::Unreadable | PreviousValue::Another { .. } => None,
        }
    }
}

/// What is known of the moment at which AWSCURRENT moved. No field says it, so that several readings are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promotion {
    /// When AWSCURRENT's version was made: it cannot have moved there before.
    pub current_created_ms: Option<u64>,
    /// When AWSPREVIOUS's version was made.
    pub previous_created_ms: Option<u64>,
    /// When a rotation last succeeded (`LastRotatedDate`).
    pub rotated_ms: Option<u64>,
    /// When anything about the secret last changed (`LastChangedDate`).
    pub changed_ms: Option<u64>,
}

impl Promotion {
    /// The latest moment at which AWSCURRENT can have moved; `None` where nothing is known of it.
    ///
    /// It is the later of the version's `CreatedDate` and `LastRotatedDate`: the later one is the safe side, since a
    /// consumer that was started before the promotion holds the previous credential. Where `LastRotatedDate` cannot be the
    /// rotation that brought this version, it says nothing of it, and `LastChangedDate` is taken too:
    ///
    /// - it is before the version was made: somebody moved the label by hand, or the rotation has not yet ended
    /// - AWSPREVIOUS is newer than AWSCURRENT: somebody moved AWSCURRENT back
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>
    pub fn latest_ms(&self) -> Option<u64> {
        let Self { current_created_ms, rotated_ms, changed_ms, .. } = *self;
        let brought_by_a_rotation = !self.is_back() && rotated_ms.is_some() && rotated_ms >= current_created_ms;
        let changed_ms = if brought_by_a_rotation { None } else { changed_ms };
        [current_created_ms, rotated_ms, changed_ms].into_iter().flatten().max()
    }

    /// Whether somebody moved AWSCURRENT back to a version that it was on before: AWSPREVIOUS is newer.
    pub fn is_back(&self) -> bool {
        self.previous_created_ms.zip(self.current_created_ms).is_some_and(|(previous, current)| previous > current)
    }
}
