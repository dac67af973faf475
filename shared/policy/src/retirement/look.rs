//! What is decided before the answers to AWSCURRENT and AWSPREVIOUS matter, whatever the kind of server.

use super::{
    decision::{Decision, blocked_by, kept, wait},
    facts::Facts,
    refusals::{lets_everybody_in, previous_is_unreadable},
};
use crate::{
    Failure,
    login::{Verdict, Verdicts, sum_up},
    secret::PreviousValue,
    server::Server,
};

/// How far a decision gets without these answers.
pub(super) enum Look<'a, Specific> {
    /// All the way.
    Decided(Decision<Specific>),
    /// Every node has answered and requires a credential, and these answers decide.
    At(&'a Server, Verdicts),
}

/// Decides what needs no server, or no more than whether its nodes answer; see [`super`] for the tables.
pub(super) fn look<Specific>(facts: &Facts) -> Result<Look<'_, Specific>, Failure> {
    if let Some(reason) = facts.secret.nothing_to_retire() {
        return Ok(Look::Decided(kept(reason)));
    }
    if facts.secret.previous == PreviousValue::Unreadable {
        return Err(previous_is_unreadable());
    }
    let Some(server) = &facts.server else { return Ok(Look::Decided(wait("the server has not been observed"))) };
    match sum_up(&server.nodes) {
        Ok(verdicts) if verdicts.open == Verdict::Nowhere => Ok(Look::At(server, verdicts)),
        Ok(_) if server.group.is_busy() => {
            let reason = format!("clients are accepted without a credential; {}", server.group);
            Ok(Look::Decided(blocked_by("login", reason)))
        }
        Ok(_) => Err(lets_everybody_in()),
        Err(silent) if server.change_asked => Ok(Look::Decided(wait(&silent))),
        Err(silent) => Ok(Look::Decided(blocked_by("login", silent))),
    }
}
