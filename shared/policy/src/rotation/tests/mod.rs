//! Tests of rotation decisions, by table and by property.

mod properties;
mod tables;

use super::*;
use crate::{
    Failure,
    server::{Capacity, GroupState, Propagation, Server},
};

/// The changes that only one kind of server needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Close,
    Restore,
}

/// Decides for a server of either kind; a step that does not look at the server decides the same for both.
fn decide(facts: &Facts) -> Result<Decision<Change>, Failure> {
    match facts.server.as_ref().map(|server| server.propagation) {
        Some(Propagation::Service) | None => {
            decide_auth_token(facts).map(|decision| decision.map(|CloseOpenAccess| Change::Close))
        }
        Some(Propagation::NodeByNode | Propagation::UntilRestart) => {
            decide_node_by_node(facts).map(|decision| decision.map(|RestoreCurrent| Change::Restore))
        }
    }
}

/// A decision or a failure in one word.
fn word(result: &Result<Decision<Change>, Failure>) -> &'static str {
    match result {
        Ok(Decision::Done { .. }) => "done",
        Ok(Decision::CreatePending { .. }) => "create",
        Ok(Decision::DiscardPending { .. }) => "discard",
        Ok(Decision::AddPending { .. }) => "add",
        Ok(Decision::RemovePrevious { .. }) => "remove",
        Ok(Decision::Specific { change: Change::Restore, .. }) => "restore",
        Ok(Decision::Promote { .. }) => "promote",
        Ok(Decision::Specific { change: Change::Close, .. }) => "close",
        Ok(Decision::Wait { .. }) => "wait",
        Err(failure) => failure.class().as_str(),
    }
}

fn decided(facts: &Facts) -> &'static str {
    word(&decide(facts))
}

/// What is decided for a user whose passwords a service keeps.
fn decided_for_user(facts: &Facts) -> &'static str {
    word(&decide_user(facts).map(|decision| decision.map(|never| match never {})))
}
