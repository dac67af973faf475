//! Tests of rotation decisions, by table and by property.

mod properties;
mod tables;

use super::*;

/// A decision or a failure in one word.
fn word(result: &Result<Decision, Failure>) -> &'static str {
    match result {
        Ok(Decision::Done { .. }) => "done",
        Ok(Decision::CreatePending { .. }) => "create",
        Ok(Decision::DiscardPending { .. }) => "discard",
        Ok(Decision::AddPending { .. }) => "add",
        Ok(Decision::RemovePrevious { .. }) => "remove",
        Ok(Decision::RestoreCurrent { .. }) => "restore",
        Ok(Decision::Promote { .. }) => "promote",
        Ok(Decision::CloseOpenAccess { .. }) => "close",
        Ok(Decision::Wait { .. }) => "wait",
        Err(failure) => failure.class().as_str(),
    }
}

fn decided(facts: &Facts) -> &'static str {
    word(&decide(facts))
}
