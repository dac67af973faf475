//! Handles one run of retire-credential, from the event to the outcome.

use cloud::Clients;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{
    Failure,
    labels::RETIRED,
    outcome::{Details, Outcome},
};
use runtime::{
    deadline::Deadline,
    event::Resource,
    run::{self, Caller},
    target::{self, Found, Subject},
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
    let subject = match Trigger::parse(&event)? {
        Trigger::Target { name, dry_run } => {
            outcome.dry_run = dry_run;
            Ok(Subject::Target(name))
        }
        // It is this function that puts it there.
        Trigger::SecretLabel { label, .. } if label == RETIRED => Err("it is about the label of this function itself"),
        Trigger::SecretLabel { secret_id, .. } => Ok(Subject::Resource(Resource::Secret(secret_id))),
        Trigger::Resource(_) | Trigger::Settings { .. } => Err("it is about no secret"),
        Trigger::Quiet(why) => Err(why),
        Trigger::RollBack { .. } => {
            return Err(Failure::permanent(
                "the event is refused: a `rollback` is nothing that this function does; send it to sync-connection. Nothing \
                 was touched",
            ));
        }
    };
    let found = match subject {
        Ok(subject) => target::find(clients, subject, outcome).await?,
        Err(why) => Found::Nothing(why),
    };
    match found {
        Found::Target(history) => retirement::run(clients, *history, deadline, outcome).await,
        Found::Nothing(why) => {
            outcome.left("event", why);
            Ok(())
        }
    }
}
