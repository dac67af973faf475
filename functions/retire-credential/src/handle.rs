//! Handles one run of retire-credential, from the event to the outcome.

use cloud::Clients;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{
    Failure,
    outcome::{Details, Outcome},
};
use runtime::{
    concern,
    deadline::Deadline,
    run::{self, Caller},
};
use serde_json::Value;

use crate::{concerns, retirement};

/// Handles one event: finds its target, retires the previous credential if that is safe, and writes one outcome record to
/// the log in any case.
///
/// # Errors
/// A diagnostic whose `errorType` is Retryable: the platform tries again. Every other failure is in the outcome.
///
/// # Repeating
/// It looks at the current state, and does only what is left to do.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run(Details::Retirement { failed_logins: Vec::new() }, Caller::Platform, clients, event, retire).await
}

async fn retire(clients: &Clients, event: Value, deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let event = concern::read(&event, outcome)?;
    match concern::find(clients, concerns::concern(&event)?, outcome).await? {
        Some(history) => retirement::run(clients, history, deadline, outcome).await,
        None => Ok(()),
    }
}
