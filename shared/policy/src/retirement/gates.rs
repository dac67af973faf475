//! What holds a retirement back.

use super::facts::{ConsumerFacts, Facts, Seen, Task};
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
        held.extend(follows(consumer, promoted_ms)?.map(|reason| Waiting::new(&consumer.name, reason)));
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

/// Why a consumer may still hold AWSPREVIOUS; `None` where it does not.
fn follows(consumer: &ConsumerFacts, promoted_ms: Option<u64>) -> Result<Option<String>, Failure> {
    let ConsumerFacts { field, name, seen } = consumer;
    let after = |moment: Option<u64>| moment.zip(promoted_ms).is_some_and(|(moment, promoted)| moment > promoted);
    Ok(match seen {
        Seen::Missing(why) => {
            return Err(Failure::permanent(format!(
                "`{field}` of the settings is {name}, which cannot be seen: {why}. Put its name right, or take it out of \
                 the settings if nothing logs in there any more. The previous credential is kept"
            )));
        }
        Seen::Service { status, .. } if status != "ACTIVE" => {
            return Err(Failure::permanent(format!(
                "`{field}` of the settings is {name}, which is {status}; take it out of the settings if nothing logs in \
                 there any more. The previous credential is kept"
            )));
        }
        Seen::Service { tasks, steady, .. } => {
            let old: Vec<&Task> = tasks.iter().filter(|task| !after(task.created_ms)).collect();
            match (old.as_slice(), steady) {
                ([], true) => None,
                ([], false) => Some("its deployment is not complete".to_owned()),
                (old, _) => {
                    let ids: Vec<&str> = old.iter().map(|task| task.id.as_str()).collect();
                    Some(format!("not started since the promotion: the tasks {}", ids.join(", ")))
                }
            }
        }
        // One that is inactive has no instance left, and starts anew with what it is configured with.
        // https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
        Seen::Function { state, .. } if !["Active", "Inactive"].contains(&state.as_str()) => {
            Some(format!("its state is {state}"))
        }
        Seen::Function { last_update, .. } if last_update != "Successful" => {
            Some(format!("its last update is {last_update}"))
        }
        Seen::Function { modified_ms, .. } => {
            (!after(*modified_ms)).then(|| "its environment has not changed since the promotion".to_owned())
        }
    })
}
