//! From event to outcome.

use cloud::{Clients, secrets_manager::CURRENT};
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{Failure, outcome::Outcome, rollout::promoted_ms};
use runtime::{
    deadline::Deadline,
    run::{self, Caller},
    secret,
    settings::{self, TARGET_TAG},
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
        Trigger::Quiet(why) => {
            outcome.left("event", why);
            return Ok(());
        }
        Trigger::Resource(resource) => match settings::tags(clients, &resource).await?.remove(TARGET_TAG) {
            Some(name) => {
                outcome.target = Some(name.clone());
                secret::of_target_named(clients, &name).await?
            }
            None => {
                outcome.left("event", "it is about a resource that belongs to no target");
                return Ok(());
            }
        },
        Trigger::SecretLabel { label, .. } if label != CURRENT => {
            outcome.left("event", "it is about another label than AWSCURRENT");
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
    let secret = Versions::read(clients, found).await?;
    if secret.target.outputs.is_empty() {
        outcome.left("outputs", "the settings name none");
    } else {
        let connection = connection::read(clients, &secret).await?;
        outputs::run(clients, &secret.target, &connection, &mut deadline, outcome).await?;
    }
    let since_ms = promoted_ms(&secret.facts());
    rollout::run(clients, &secret, since_ms, &mut deadline, outcome).await
}
