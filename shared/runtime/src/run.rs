//! One run of a function, from event to outcome.

use std::time::Instant;

use cloud::Clients;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{
    Class, Failure,
    outcome::{Details, Outcome},
};
use serde_json::Value;
use tokio::time::timeout;

use crate::{deadline::Deadline, diagnostic::Reported, record};

/// Who invokes the function, and so what becomes of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Secrets Manager's rotation hook: every failure is an error. Secrets Manager retries the rotation whatever its class.
    RotationHook,
    /// A schedule, an event or a person: only what may succeed later is an error, which makes Lambda invoke the function
    /// again. Any other failure is in the outcome, which is the answer, and in the metrics.
    Platform,
}

/// Runs a function's flow on one event, and writes one outcome record to the log, whatever came of it.
///
/// `details` says which function it is, and is what only this function reports.
///
/// # Errors
/// A diagnostic whose `errorType` is the class of the worst failure: any class for [`Caller::RotationHook`], Retryable alone
/// for [`Caller::Platform`].
///
/// # Repeating
/// As the flow repeats: it checks what is there, and does only what is left to do.
pub async fn run<F>(
    details: Details,
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
    let mut outcome = Outcome::new(details);
    let deadline = Deadline::of(&event.context);
    let left = deadline.left();
    // Boxed: the flow's calls are nested too deep for the compiler to lay them out as one.
    let flow = Box::pin(flow(clients, event.payload, deadline, &mut outcome));
    // Stopped between two calls, a run is like one that was killed there: the next run continues from what it finds.
    let result = match timeout(left, flow).await {
        Ok(result) => result,
        Err(_elapsed) => Err(Failure::retryable(
            "time is up, and a call had not been answered. Nothing is lost: the next run continues from here",
        )),
    };
    outcome.api_calls = clients.calls_sent() - calls_before;
    outcome.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Err(failure) = &result {
        outcome.failed(failure);
    }
    report(&outcome);
    match Reported::of(&outcome) {
        Some(failure) if caller == Caller::RotationHook || failure.class() == Class::Retryable => Err(failure.into()),
        _ => Ok(outcome),
    }
}

/// Logs how the run ended, and writes its outcome record.
fn report(outcome: &Outcome) {
    match outcome.failure() {
        None => tracing::info!("the run is done"),
        Some(failure) => tracing::error!("the run failed: {failure}"),
    }
    record::write(outcome);
}
