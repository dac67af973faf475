//! From event to outcome.

use cloud::{Clients, secrets_manager::CURRENT};
use lambda_runtime::{Diagnostic, LambdaEvent};
use policy::{Failure, outcome::Outcome};
use runtime::{
    deadline::Deadline,
    run::{self, Caller},
    secret::{self, Led},
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
    let led = match Trigger::parse(&event)? {
        Trigger::SecretLabel { label, .. } if label != CURRENT => {
            Led::Nowhere("it is about another label than AWSCURRENT")
        }
        trigger => secret::of_trigger(clients, trigger, outcome).await?,
    };
    let found = match led {
        Led::To(found) => *found,
        Led::Nowhere(why) => {
            outcome.left("event", why);
            return Ok(());
        }
    };
    let secret = Versions::read(clients, found).await?;
    if secret.target.outputs.is_empty() {
        outcome.left("outputs", "the settings name none");
    } else {
        let connection = connection::read(clients, &secret).await?;
        outputs::run(clients, &secret.target, &connection, &mut deadline, outcome).await?;
    }
    rollout::run(clients, &secret, &mut deadline, outcome).await
}
