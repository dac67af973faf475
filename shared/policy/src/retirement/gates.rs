//! What blocks a retirement.

use super::facts::Facts;
use crate::{Failure, outcome::Waiting};

/// Everything that blocks a retirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gates {
    /// A client may still use AWSPREVIOUS: the overlap is not over, or a consumer has not followed.
    pub(super) in_use: Vec<Waiting>,
    /// A rotation is in progress: its own step decides what the server accepts.
    pub(super) rotating: Option<Waiting>,
}

impl Gates {
    pub(super) fn all(self) -> Vec<Waiting> {
        self.in_use.into_iter().chain(self.rotating).collect()
    }

    pub(super) fn are_open(&self) -> bool {
        self.in_use.is_empty() && self.rotating.is_none()
    }
}

/// Looks at every gate.
///
/// # Errors
/// Permanent, naming the field, if a consumer of the settings does not exist: who still uses AWSPREVIOUS is unknown.
pub(super) fn gates(facts: &Facts) -> Result<Gates, Failure> {
    let promoted_ms = facts.secret.promotion.latest_ms();
    let mut in_use: Vec<Waiting> = overlap(facts, promoted_ms).into_iter().collect();
    for consumer in facts.consumers.iter().flatten() {
        in_use.extend(consumer.follows(&facts.secret.promotion)?.map(|reason| Waiting::new(&consumer.name, reason)));
    }
    if facts.consumers.is_none() {
        in_use.push(Waiting::new("consumers", "they have not been observed"));
    }
    let rotating = facts
        .secret
        .rotating
        .then(|| Waiting::new("rotation", "a rotation is in progress: AWSPENDING has a new credential"));
    Ok(Gates { in_use, rotating })
}

fn overlap(facts: &Facts, promoted_ms: Option<u64>) -> Option<Waiting> {
    let overlap_s = facts.settings.overlap_s;
    let Some(promoted_ms) = promoted_ms else {
        return Some(Waiting::new("overlap", "Secrets Manager does not say when AWSCURRENT moved"));
    };
    let over_ms = promoted_ms.saturating_add(overlap_s.saturating_mul(1000));
    let left_s = over_ms.saturating_sub(facts.now_ms).div_ceil(1000);
    (left_s > 0).then(|| {
        let reason = format!("`retirement.overlap_s` is {overlap_s}: {left_s} s remain");
        Waiting::new("overlap", reason)
    })
}
