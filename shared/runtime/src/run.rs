//! One run of a function, from event to outcome.

use std::time::Instant;

use cloud::Clients;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{Class, Failure, outcome::Outcome};
use serde_json::Value;
use tokio::time::timeout;

use crate::{deadline::Deadline, diagnostic::Reported, record};

/// Who invokes the function, and so what a failure is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Secrets Manager's rotation hook: every failure is an error, and the rotation is retried whatever its class.
    RotationHook,
    /// A schedule, an event or a person: only what may succeed later is an error, which makes the platform try again. The
    /// rest is in the outcome and in the metrics.
    Platform,
}

/// Runs a function's flow on one event, and leaves one outcome record in the log, whatever came of it.
///
/// # Errors
/// A diagnostic whose `errorType` is the class of the failure: any class for [`Caller::RotationHook`], Retryable alone for
/// [`Caller::Platform`].
///
/// # Repeating
/// As the flow has it: it looks at what is there, and does only what is left to do.
pub async fn run<F>(
    function: &'static str,
    caller: Caller,
    clients: &Clients,
    event: LambdaEvent<Value>,
    flow: F,
) -> Result<Outcome, Diagnostic>
where
    F: AsyncFnOnce(&Clients, Value, Deadline, &mut Outcome) -> Result<(), Failure>,
{
    let began = Instant::now();
    let calls_before = clients.calls_sent();
    let mut outcome = Outcome::new(function);
    let deadline = Deadline::of(&event.context);
    let left = deadline.left();
    // Boxed: the flow's calls are nested too deep for the compiler to lay them out as one.
    let flow = Box::pin(flow(clients, event.payload, deadline, &mut outcome));
    // Stopped between two calls, a run is like one that was killed there: the next one goes on from what it finds.
    let result = match timeout(left, flow).await {
        Ok(result) => result,
        Err(_elapsed) => Err(Failure::retryable(
            "time is up, and a call had not been answered. Nothing is lost: the next run goes on from here",
        )),
    };
    outcome.api_calls = clients.calls_sent() - calls_before;
    outcome.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Err(failure) = &result {
        outcome.failed(failure);
    }
    report(&outcome);
    match result {
        Err(failure) if caller == Caller::RotationHook || failure.class() == Class::Retryable => {
            Err(Reported(failure).into())
        }
        _ => Ok(outcome),
    }
}

/// Says how the run ended, and leaves its one record.
fn report(outcome: &Outcome) {
    match &outcome.failure {
        None => tracing::info!("the run is done"),
        Some(failure) => tracing::error!("the run failed: {failure}"),
    }
    record::write(outcome);
}
