//! Handles one run of sync-connection, from the event to the outcome.

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

use crate::{
    concerns, connection,
    moving::{self, Chosen},
    outputs::{self, Login},
    rollout,
};

/// Handles one event: finds its target, corrects what applications read, redeploys those that read it at start, and writes
/// one outcome record to the log in any case.
///
/// # Errors
/// A diagnostic whose `errorType` is Retryable: the platform tries again. Every other failure is in the outcome.
///
/// # Repeating
/// It looks at the current state, and does only what is left to do.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run(Details::Connection {}, Caller::Platform, clients, event, sync).await
}

async fn sync(clients: &Clients, event: Value, mut deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let event = concern::read(&event, outcome)?;
    let wish = concerns::wish(&event)?;
    let Some(history) = concern::find(clients, concerns::concern(&event)?, outcome).await? else { return Ok(()) };
    let chosen = moving::choose(clients, history, wish, &deadline, outcome).await?;
    publish(clients, &chosen, &mut deadline, outcome).await
}

/// Writes what applications read, and redeploys those that read it only at start.
async fn publish(
    clients: &Clients,
    chosen: &Chosen,
    deadline: &mut Deadline,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let secret = &chosen.secret;
    if secret.target.outputs.is_empty() {
        outcome.left("outputs", "the settings name none");
    } else {
        let (connection, login) = match &chosen.proven {
            Some(connection) => (connection.clone(), Login::Done),
            None => (connection::read(clients, secret).await?, Login::Needed),
        };
        outputs::run(clients, &secret.target, &connection, login, deadline, outcome).await?;
    }
    chosen.record(clients, outcome).await?;
    rollout::run(clients, secret, deadline, outcome).await
}
