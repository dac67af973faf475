//! From event to outcome.

use cloud::{Clients, secrets_manager::RETIRED};
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{
    Failure,
    outcome::{Details, Outcome},
};
use runtime::{
    deadline::Deadline,
    run::{self, Caller},
    secret::{self, Led},
    trigger::Trigger,
};
use serde_json::Value;

use crate::retirement;

/// Handles one event: finds its target, retires the previous credential where that is safe, and leaves one outcome record
/// in the log, whatever came of it.
///
/// # Errors
/// A diagnostic whose `errorType` is Retryable: the platform tries again. Every other failure is in the outcome.
///
/// # Repeating
/// It looks at what is there, and does only what is left to do.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run(Details::Retirement { failed_logins: Vec::new() }, Caller::Platform, clients, event, retire).await
}

async fn retire(clients: &Clients, event: Value, deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let led = match Trigger::parse(&event)? {
        // It is this function that puts it there.
        Trigger::SecretLabel { label, .. } if label == RETIRED => {
            Led::Nowhere("it is about the label of this function itself")
        }
        Trigger::Resource(_) | Trigger::Settings { .. } => Led::Nowhere("it is about no secret"),
        trigger => secret::of_trigger(clients, trigger, outcome).await?,
    };
    match led {
        Led::To(found) => retirement::run(clients, *found, deadline, outcome).await,
        Led::Nowhere(why) => {
            outcome.left("event", why);
            Ok(())
        }
    }
}
