//! Handles one run of prune-snapshots, from the event to the outcome.

use backends::{Backend, RdbStore, Snapshots};
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

use crate::{concerns, rdb_files};

/// Handles one event: finds its target, deletes the snapshots that no rule keeps, and writes one outcome record to the log in any
/// case.
///
/// # Errors
/// A diagnostic whose `errorType` is Retryable: the platform tries again. Every other failure is in the outcome.
///
/// # Repeating
/// It looks at the current state. What it keeps it keeps again once the others are gone.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run(Details::Pruning { snapshots: Vec::new() }, Caller::Platform, clients, event, prune).await
}

async fn prune(clients: &Clients, event: Value, _: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let event = concern::read(&event, outcome)?;
    let Some(history) = concern::find(clients, concerns::concern(&event)?, outcome).await? else { return Ok(()) };
    let target = &history.in_effect().target;
    let Some(settings) = &target.snapshots else {
        return Err(Failure::permanent("the target's settings have no `snapshots`")
            .with_next_step("Add `snapshots` to the target's settings, or remove the schedule"));
    };
    match Backend::of(clients, target).snapshots() {
        Snapshots::RdbFiles(_) => {
            let store = RdbStore::of(clients, target, settings)?;
            rdb_files::prune(clients, &store, settings, outcome).await
        }
        Snapshots::None => Err(Failure::permanent(format!(
            "snapshots of the backend `{}` are not pruned by this function",
            target.backend.flavour()
        ))
        .with_next_step("Remove `snapshots` from the target's settings, or the schedule")),
    }
}
