//! What holds a retirement back.

use super::facts::Facts;
use crate::{Failure, outcome::Waiting};

/// Everything that holds back: who may still log in with AWSPREVIOUS, by all that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gates {
    /// Whether somebody may still hold AWSPREVIOUS: the overlap is not over, or a consumer has not followed.
    pub(super) held: Vec<Waiting>,
    /// A rotation is under way: its own step decides what the server accepts.
    pub(super) rotating: Option<Waiting>,
}

impl Gates {
    pub(super) fn all(self) -> Vec<Waiting> {
        self.held.into_iter().chain(self.rotating).collect()
    }

    pub(super) fn are_open(&self) -> bool {
        self.held.is_empty() && self.rotating.is_none()
    }
}

/// Looks at every gate.
///
/// # Errors
/// Permanent, naming the field, where a consumer of the settings is not there: nobody can say who still holds AWSPREVIOUS.
pub(super) fn gates(facts: &Facts) -> Result<Gates, Failure> {
    let promoted_ms = facts.secret.promotion.latest_ms();
    let mut held: Vec<Waiting> = overlap(facts, promoted_ms).into_iter().collect();
    for consumer in facts.consumers.iter().flatten() {
        held.extend(consumer.follows(&facts.secret.promotion)?.map(|reason| Waiting::new(&consumer.name, reason)));
    }
    if facts.consumers.is_none() {
        held.push(Waiting::new("consumers", "they have not been looked at"));
    }
    let rotating = facts.secret.rotating.then(|| {
        Waiting::new("rotation", "AWSPENDING holds a credential that is not AWSCURRENT: it is being rotated in")
    });
    Ok(Gates { held, rotating })
}

fn overlap(facts: &Facts, promoted_ms: Option<u64>) -> Option<Waiting> {
    let overlap_s = facts.settings.overlap_s;
    let Some(promoted_ms) = promoted_ms else {
        return Some(Waiting::new("overlap", "Secrets Manager does not say since when AWSCURRENT is what it is"));
    };
    let over_ms = promoted_ms.saturating_add(overlap_s.saturating_mul(1000));
    let left_s = over_ms.saturating_sub(facts.now_ms).div_ceil(1000);
    (left_s > 0).then(|| {
        let reason =
            format!("`retirement.overlap_s` is {overlap_s}, and {left_s} s of it are left since the promotion");
        Waiting::new("overlap", reason)
    })
}
