//! What became of a change that was requested.

use cloud::{CallError, Effect};
use policy::{Class, Failure, outcome::Outcome};

pub use policy::change::Made;

/// Records in the outcome what became of a change.
///
/// A lost answer is not an error and no reason to request the change again: the caller looks at the server instead.
///
/// # Errors
/// Permanent or `NeedsHuman`, as the call returned it. A refusal that may pass with time is [`Made::No`]: the next look
/// decides what to do.
pub fn note(
    answer: Result<(), CallError>,
    outcome: &mut Outcome,
    what: &'static str,
    reason: &str,
) -> Result<Made, Failure> {
    match answer {
        Ok(()) => {
            outcome.did(what, reason);
            Ok(Made::Yes)
        }
        Err(error) if error.effect == Effect::Unknown => {
            tracing::warn!("{}: the server is checked before anything else is tried", error.failure.chain());
            outcome.did(what, format!("{reason}; no answer was received, so the server is checked"));
            Ok(Made::Unknown)
        }
        Err(error) if error.failure.class() == Class::Retryable => {
            tracing::info!("{}", error.failure.chain());
            Ok(Made::No)
        }
        Err(error) => Err(error.into()),
    }
}
