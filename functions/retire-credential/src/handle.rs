//! From event to outcome.

use cloud::{Clients, secrets_manager::RETIRED};
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{Failure, outcome::Outcome};
use runtime::{
    deadline::Deadline,
    run::{self, Caller},
    secret,
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
    run::run("retire-credential", Caller::Platform, clients, event, retire).await
}

async fn retire(clients: &Clients, event: Value, deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let found = match Trigger::parse(&event)? {
        Trigger::Target { name, dry_run } => {
            outcome.target = Some(name.clone());
            outcome.dry_run = dry_run;
            secret::of_target_named(clients, &name).await?
        }
        Trigger::Resource(_) => {
            outcome.left("event", "it is about no secret");
            return Ok(());
        }
        Trigger::Quiet(why) => {
            outcome.left("event", why);
            return Ok(());
        }
        // It is this function that puts it there.
        Trigger::SecretLabel { label, .. } if label == RETIRED => {
            outcome.left("event", "it is about the label of this function itself");
            return Ok(());
        }
        Trigger::SecretLabel { secret_id, .. } => match secret::of_tagged(clients, &secret_id).await? {
            Some(found) => found,
            None => {
                outcome.left("event", "it is about a secret that belongs to no target");
                return Ok(());
            }
        },
    };
    outcome.target = Some(found.target.name.clone());
    retirement::run(clients, found, deadline, outcome).await
}
