//! From event to outcome.

use cloud::{Clients, secrets_manager::CURRENT};
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

use crate::{connection, cutover, outputs, rollout};

/// Handles one event: finds its target, writes what applications read where it is not true, has them move to it, and leaves
/// one outcome record in the log, whatever came of it.
///
/// # Errors
/// A diagnostic whose `errorType` is Retryable: the platform tries again. Every other failure is in the outcome.
///
/// # Repeating
/// It looks at what is there, and does only what is left to do.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run(Details::Connection {}, Caller::Platform, clients, event, sync).await
}

async fn sync(clients: &Clients, event: Value, mut deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let (trigger, rolls_back) = match Trigger::parse(&event)? {
        Trigger::RollBack { name, dry_run } => (Trigger::Target { name, dry_run }, true),
        Trigger::SecretLabel { label, .. } if label != CURRENT => {
            (Trigger::Quiet("it is about another label than AWSCURRENT"), false)
        }
        trigger => (trigger, false),
    };
    let found = match secret::of_trigger(clients, trigger, outcome).await? {
        Led::To(found) => *found,
        Led::Nowhere(why) => {
            outcome.left("event", why);
            return Ok(());
        }
    };
    let settled = cutover::settle(clients, found, rolls_back, &deadline, outcome).await?;
    let secret = &settled.secret;
    if secret.target.outputs.is_empty() {
        outcome.left("outputs", "the settings name none");
    } else {
        let connection = connection::read(clients, secret).await?;
        outputs::run(clients, &secret.target, &connection, &mut deadline, outcome).await?;
    }
    settled.write_down(clients, outcome).await?;
    rollout::run(clients, secret, &mut deadline, outcome).await?;
    settled.end(outcome)
}
