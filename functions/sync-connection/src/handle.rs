//! From event to outcome.

use cloud::Clients;
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{Failure, outcome::Outcome, rollout::promoted_ms};
use runtime::{
    deadline::Deadline,
    run::{self, Caller},
    secret,
    trigger::Trigger,
    versions::Versions,
};
use serde_json::Value;

use crate::{connection, outputs, rollout};

/// Handles one event: finds its target, writes what applications read where it is not true, has them move to it, and leaves
/// one outcome record in the log, whatever came of it.
///
/// # Errors
/// A diagnostic whose `errorType` is Retryable: the platform tries again. Every other failure is in the outcome.
///
/// # Repeating
/// It looks at what is there, and does only what is left to do.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run("sync-connection", Caller::Platform, clients, event, sync).await
}

async fn sync(clients: &Clients, event: Value, mut deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let found = match Trigger::parse(&event)? {
        Trigger::Target { name, dry_run } => {
            outcome.target = Some(name.clone());
            outcome.dry_run = dry_run;
            secret::of_target_named(clients, &name).await?
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
    if found.target.outputs.is_empty() {
        outcome.left("outputs", "the settings name none");
    } else {
        let connection = connection::read(clients, &found).await?;
        outputs::run(clients, &found.target, &connection, &mut deadline, outcome).await?;
    }
    let secret = Versions::read(clients, found).await?;
    let since_ms = promoted_ms(&secret.facts());
    rollout::run(clients, &secret, since_ms, &mut deadline, outcome).await
}
