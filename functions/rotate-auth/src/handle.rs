//! Handles one step of a rotation, from the event to the outcome.

use cloud::Clients;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{
    Failure,
    outcome::{Details, Outcome},
};
use runtime::{
    deadline::Deadline,
    event::rotation::RotationEvent,
    run::{self, Caller},
};
use serde_json::Value;

use crate::rotation;

/// Handles one event: reads it, carries out the step, and writes one outcome record to the log in any case.
///
/// # Errors
/// A diagnostic whose `errorType` is the class: Retryable, Permanent or `NeedsHuman`. Secrets Manager retries a rotation
/// whatever the class.
///
/// # Repeating
/// The step looks at the current state, and does only what is left to do.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run(Details::Rotation { step: None }, Caller::RotationHook, clients, event, step).await
}

async fn step(clients: &Clients, event: Value, deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let event = RotationEvent::parse(event)?;
    outcome.details = Details::Rotation { step: Some(event.step) };
    rotation::run(clients, &event, deadline, outcome).await
}
