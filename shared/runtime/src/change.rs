//! Changes: requested, and recorded in the outcome with what became of them.

use std::future::Future;

use cloud::{CallError, Effect};
use policy::{Class, Failure, outcome::Outcome};

pub use policy::change::Made;

/// Makes a change, and records in the outcome what became of it.
///
/// A lost answer is not an error and no reason to request the change again: the caller looks at the server instead.
///
/// # Errors
/// Permanent or `NeedsHuman`, as the call returned it. A refusal that may pass with time is [`Made::No`]: the next look
/// decides what to do.
pub async fn make(
    outcome: &mut Outcome,
    what: &'static str,
    reason: &str,
    call: impl Future<Output = Result<(), CallError>>,
) -> Result<Made, Failure> {
    Ok(ask(outcome, what, reason, call).await?.0)
}

/// As [`make`], for a change whose answer has something that is needed: `None` without an answer.
///
/// # Errors
/// As [`make`].
pub async fn ask<T>(
    outcome: &mut Outcome,
    what: &'static str,
    reason: &str,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<(Made, Option<T>), Failure> {
    outcome.requests_change();
    match call.await {
        Ok(answer) => {
            outcome.did(what, reason);
            Ok((Made::Yes, Some(answer)))
        }
        Err(error) if error.effect == Effect::Unknown => {
            tracing::warn!("{}: the server is checked before anything else is tried", error.failure.chain());
            outcome.did(what, format!("{reason}; no answer was received, so the server is checked"));
            Ok((Made::Unknown, None))
        }
        Err(error) if error.failure.class() == Class::Retryable => {
            tracing::info!("{}", error.failure.chain());
            Ok((Made::No, None))
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes a change without which the run cannot continue, and records it in the outcome.
///
/// # Errors
/// Those of the call, whatever their class.
pub async fn make_or_fail(
    outcome: &mut Outcome,
    what: &'static str,
    reason: impl Into<String>,
    call: impl Future<Output = Result<(), Failure>>,
) -> Result<(), Failure> {
    outcome.requests_change();
    call.await?;
    outcome.did(what, reason);
    Ok(())
}

#[cfg(test)]
mod tests {
    use policy::outcome::Details;

    use super::*;

    const NOTHING: &str = "Nothing was changed";

    fn error(class: Class, effect: Effect) -> CallError {
        CallError { failure: Failure::new(class, "the call failed"), code: None, effect }
    }

    fn said(mut outcome: Outcome) -> String {
        outcome.failed(&Failure::permanent("the run failed"));
        outcome.failure().unwrap()
    }

    #[tokio::test]
    async fn a_run_that_requested_a_change_never_says_that_it_changed_nothing() {
        assert!(said(Outcome::new(Details::Connection {})).contains(NOTHING));
        for answer in [
            Ok(()),
            Err(error(Class::Retryable, Effect::Unknown)),
            Err(error(Class::Retryable, Effect::None)),
            Err(error(Class::Permanent, Effect::None)),
        ] {
            let mut outcome = Outcome::new(Details::Connection {});
            let _ = make(&mut outcome, "write-parameter", "it was missing", async { answer }).await;
            assert!(!said(outcome).contains(NOTHING));
        }
        let mut outcome = Outcome::new(Details::Connection {});
        let call = async { Err(Failure::permanent("denied")) };
        make_or_fail(&mut outcome, "promote", "every node accepts it", call).await.unwrap_err();
        assert_eq!(outcome.done, []);
        assert!(!said(outcome).contains(NOTHING));
    }

    #[tokio::test]
    async fn a_run_that_is_stopped_while_it_waits_for_the_answer_does_not_know_what_it_changed() {
        let mut outcome = Outcome::new(Details::Connection {});
        let call = make(&mut outcome, "write-parameter", "it was missing", std::future::pending());
        let stopped = tokio::time::timeout(std::time::Duration::from_millis(1), call).await;
        assert!(stopped.is_err() && !said(outcome).contains(NOTHING));
    }
}
