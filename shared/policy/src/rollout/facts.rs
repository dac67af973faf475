//! What a rollout has seen.

use super::Stretch;
use crate::{
    consumers::ConsumerFacts,
    login::Node,
    retirement::{PreviousValue, Promotion, SecretFacts},
    target::Rollout,
};

/// Everything that [`super::decide`] may look at. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time.
    pub now_ms: u64,
    /// What the settings say.
    pub settings: Rollout,
    /// When what consumers read when they start was another than it is now.
    pub changes: Vec<Stretch>,
    /// The consumers, in the order of the settings.
    pub consumers: Vec<ConsumerFacts>,
    /// What the nodes answered to AWSCURRENT, once they have been asked; see [`super::needs_login`].
    pub nodes: Option<Vec<Node>>,
    /// The consumers for which this run has asked for a deployment, by their place among `consumers`.
    pub asked: Vec<usize>,
}

/// The latest moment at which AWSCURRENT can have come to be another credential than a consumer holds; `None` where there
/// is no other one that it could hold.
///
/// An AWSPREVIOUS that cannot be read was another one before somebody broke it. Where AWSPREVIOUS is marked as retired, `LastChangedDate` may be the moment of that mark, and is no promotion.
pub fn promoted_ms(secret: &SecretFacts) -> Option<u64> {
    match secret.previous {
        PreviousValue::Absent | PreviousValue::SameAsCurrent => None,
        PreviousValue::Unreadable | PreviousValue::Another { retired: false } => secret.promotion.latest_ms(),
        PreviousValue::Another { retired: true } => Promotion { changed_ms: None, ..secret.promotion }.latest_ms(),
    }
}
