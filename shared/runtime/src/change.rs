//! What became of a change that was asked for.

use cloud::{CallError, Effect};
use policy::{Class, Failure, outcome::Outcome};

/// Writes down what became of a change that was asked for; says whether its effect is now to be waited for.
///
/// An answer that was lost is no reason to ask again: whoever asked looks at the server.
///
/// # Errors
/// That of the call, where it was refused for good. One that was refused for now is none: nothing has happened, and the
/// next look says what to do.
pub fn note(
    asked: Result<(), CallError>,
    outcome: &mut Outcome,
    what: &'static str,
    reason: &str,
) -> Result<bool, Failure> {
    match asked {
        Ok(()) => {
            outcome.did(what, reason);
            Ok(true)
        }
        Err(error) if error.effect == Effect::Unknown => {
            tracing::warn!("{}: the server is looked at before anything else is tried", error.failure.chain());
            outcome.did(what, format!("{reason}; no answer came, so the server is asked"));
            Ok(true)
        }
        Err(error) if error.failure.class() == Class::Retryable => {
            tracing::info!("{}", error.failure.chain());
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
