//! Retirement of a credential that a service propagates to every node.

use std::convert::Infallible;

use super::{
    decision::{Decision, blocked_by, kept, remove, wait},
    facts::Facts,
    gates::gates,
    look::{Look, look},
    refusals::current_is_refused,
};
use crate::{Failure, login::Verdict, server::Capacity};

/// Decides what a run does next if a service propagates the credential to every node.
///
/// After [what decides for every server](super):
///
/// | AWSCURRENT accepted | AWSPREVIOUS accepted | retired before | gates | group | ⇒ |
/// |---|---|---|---|---|---|
/// | not everywhere | | | | busy, or asked to change in this run | Wait |
/// | somewhere | | | | available | Blocked: the service applies it everywhere |
/// | nowhere | | | | available | `NeedsHuman` |
/// | everywhere | nowhere | yes | | | Kept |
/// | everywhere | nowhere | no | | | `MarkRetired` |
/// | everywhere | somewhere, everywhere | | one blocks | | Blocked |
/// | everywhere | somewhere, everywhere | | all open | busy | Wait |
/// | everywhere | somewhere | | all open | available | Wait: the service removes it from the others too |
/// | everywhere | everywhere | | all open | asked to change in this run | Wait |
/// | everywhere | everywhere | | all open | available | Remove |
///
/// # Errors
/// - Permanent: AWSPREVIOUS cannot be read, a consumer of the settings does not exist, or the server requires no
///   credential.
/// - `NeedsHuman`: AWSCURRENT does not log in.
pub fn decide_service(facts: &Facts) -> Result<Decision<Infallible>, Failure> {
    let (server, verdicts) = match look(facts)? {
        Look::Decided(decision) => return Ok(decision),
        Look::At(server, verdicts) => (server, verdicts),
    };
    let group = &server.group;
    match verdicts.current {
        Verdict::Everywhere => {}
        _ if group.is_busy() || server.change_asked => {
            return Ok(wait(&format!("not every node accepts AWSCURRENT; {group}")));
        }
        Verdict::Somewhere => return Ok(blocked_by("login", "some nodes refuse AWSCURRENT")),
        Verdict::Nowhere => return Err(current_is_refused(verdicts.any)),
    }
    let gates = gates(facts)?;
    Ok(match verdicts.previous {
        Verdict::Nowhere if facts.is_retired() => kept("every node refuses AWSPREVIOUS, and accepts AWSCURRENT"),
        Verdict::Nowhere => Decision::MarkRetired { reason: proof(server.capacity) },
        _ if !gates.are_open() => Decision::Blocked { by: gates.all() },
        _ if group.is_busy() => wait(&format!("AWSPREVIOUS is still accepted; {group}")),
        Verdict::Somewhere => wait("some nodes still accept AWSPREVIOUS"),
        Verdict::Everywhere if server.change_asked => wait("every node still accepts AWSPREVIOUS"),
        Verdict::Everywhere => remove(facts),
    })
}

/// What proves that AWSPREVIOUS is retired.
fn proof(capacity: Capacity) -> &'static str {
    match capacity {
        Capacity::Full => {
            "every node refuses AWSPREVIOUS; the server accepts another credential, which the secret does not contain"
        }
        Capacity::Free | Capacity::Unlimited => "every node refuses AWSPREVIOUS, and accepts AWSCURRENT",
    }
}
