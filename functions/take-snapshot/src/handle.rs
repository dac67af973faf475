//! Handles one run of take-snapshot, from the event to the outcome.

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
    event::Event,
    moment::now_ms,
    run::{self, Caller},
};
use serde_json::Value;

use crate::{concerns, rdb_file, request::Request};

/// Handles one event: finds its target, takes the snapshot unless it exists, verifies it, and writes one outcome record to the
/// log in any case.
///
/// # Errors
/// A diagnostic whose `errorType` is Retryable: the platform tries again. Every other failure is in the outcome.
///
/// # Repeating
/// It looks at the current state, and does only what is left to do. With the same `time` there is one snapshot.
pub async fn handle(clients: &Clients, event: LambdaEvent<Value>) -> Result<Outcome, Diagnostic> {
    run::run(Details::Snapshot { snapshot: None, verified: None }, Caller::Platform, clients, event, take).await
}

async fn take(clients: &Clients, event: Value, deadline: Deadline, outcome: &mut Outcome) -> Result<(), Failure> {
    let event = concern::read(&event, outcome)?;
    let concern = concerns::concern(&event)?;
    let request = match &event {
        Event::Direct(direct) => Some(Request::read(direct, now_ms(clients))?),
        _ => None,
    };
    let Some(history) = concern::find(clients, concern, outcome).await? else { return Ok(()) };
    let target = &history.in_effect().target;
    let (Some(settings), Some(request)) = (&target.snapshots, request) else {
        return Err(Failure::permanent("the target's settings have no `snapshots`")
            .with_next_step("Add `snapshots` to the target's settings, or remove the schedule"));
    };
    match Backend::of(clients, target).snapshots() {
        Snapshots::RdbFiles(files) => {
            let store = RdbStore::of(clients, target, settings)?;
            match request {
                Request::Take(take) => rdb_file::take(clients, target, files, &store, take, deadline, outcome).await,
                Request::Drill => rdb_file::drill(clients, &store, outcome).await,
            }
        }
        Snapshots::None => Err(Failure::permanent(format!(
            "snapshots of the backend `{}` are not taken by this function",
            target.backend.flavour()
        ))
        .with_next_step("Remove `snapshots` from the target's settings, or the schedule")),
    }
}
