//! From event to outcome.

use std::time::Instant;

use cloud::Clients;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{Failure, outcome::Outcome};
use runtime::{deadline::Deadline, diagnostic::Reported, record, rotation_event::RotationEvent};
use serde_json::Value;
use tokio::time::timeout;

use crate::rotation;

/// Handles one event: reads it, carries the step out, and leaves one outcome record in the log, whatever came of it.
///
/// # Errors
/// A diagnostic whose `errorType` is the class: Retryable, Permanent or `NeedsHuman`. Secrets Manager retries a rotation
/// whatever the class.
///
/// # Repeating
/// The step looks at what is there, and does only what is left to do.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    let began = Instant::now();
    let calls_before = clients.calls_sent();
    let mut outcome = Outcome::new("rotate-auth");
    let deadline = Deadline::of(&event.context);
    // Stopped between two calls, a step is like one that was killed there: the next run goes on from what it finds.
    let result = match timeout(deadline.left(), run(clients, event.payload, deadline, &mut outcome)).await {
        Ok(result) => result,
        Err(_elapsed) => Err(Failure::retryable(
            "time is up, and a call had not been answered. Nothing is lost: the rotation goes on from here when it is \
             retried",
        )),
    };
    outcome.api_calls = clients.calls_sent() - calls_before;
    outcome.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Err(failure) = &result {
        outcome.failed(failure);
    }
    report(&outcome);
    result.map(|()| outcome).map_err(|failure| Reported(failure).into())
}

async fn run(clients: &Clients, event: Value, deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let event = RotationEvent::parse(event)?;
    outcome.step = Some(event.step);
    rotation::run(clients, &event, deadline, outcome).await
}

/// Says how the run ended, and leaves its one record.
fn report(outcome: &Outcome) {
    match &outcome.failure {
        None => tracing::info!("the step is done"),
        Some(failure) => tracing::error!("the step failed: {failure}"),
    }
    record::write(outcome);
}
