//! A server whose credentials a service brings to every node.

use std::convert::Infallible;

use super::{
    decision::{AfterPromotion, CloseOpenAccess, Decision, remove_previous, wait},
    facts::{Facts, PendingValue, VersionStage},
    look::{Look, look, previous_would_stay},
    open::decide_open,
    refusals::{current_is_refused, lets_everybody_in, no_usable_pending, not_set},
    step::Step,
};
use crate::{
    Failure,
    login::{Verdict, Verdicts},
    server::{Capacity, GroupState, Server},
};

/// Decides what a step does next.
///
/// Before the server is observed:
///
/// | step | version | AWSPENDING's value | ⇒ |
/// |---|---|---|---|
/// | any | unknown, or without a label | | Permanent |
/// | any | rotation switched off | | Permanent |
/// | create | current | | Done |
/// | create | pending | absent | `CreatePending` |
/// | create | pending | legal | Done |
/// | create | pending | illegal, and no node accepts it | `DiscardPending` |
/// | create | pending | illegal, and some node accepts it | Done: the server accepts it |
///
/// In the other steps, a node that does not answer means Wait. A server whose nodes are changed one by one is decided in
/// `node_by_node`; for a server to which a service propagates credentials, and which requires one:
///
/// | step | version | AWSPENDING accepted | AWSCURRENT accepted | group | ⇒ |
/// |---|---|---|---|---|---|
/// | any | | | nowhere | busy | Wait |
/// | any | | | nowhere | available | `NeedsHuman` |
/// | any | | | somewhere | | Wait |
/// | any | current | | everywhere | | Done |
/// | set | pending, absent or illegal | | everywhere | | Retryable: createSecret comes first |
/// | test | pending, absent | | everywhere | | Done: a test of the settings, not a rotation |
/// | any | pending | somewhere | everywhere | | Wait |
/// | set | pending | everywhere, nowhere | everywhere | available, unlimited, AWSPREVIOUS accepted | `RemovePrevious` |
/// | set | pending | everywhere | everywhere | changing its token | Wait |
/// | set | pending | everywhere | everywhere | otherwise | Done |
/// | set | pending | nowhere | everywhere | busy, or asked to change in this run | Wait |
/// | set | pending | nowhere | everywhere | available, capacity | `AddPending` |
/// | set | pending | nowhere | everywhere | available, full, AWSPREVIOUS accepted everywhere | `AddPending`, in its place |
/// | set | pending | nowhere | everywhere | available, full, AWSPREVIOUS accepted somewhere | Wait |
/// | set | pending | nowhere | everywhere | available, full, AWSPREVIOUS accepted nowhere | `NeedsHuman` |
/// | test, finish | pending | nowhere | everywhere | busy | Wait |
/// | test, finish | pending | nowhere | everywhere | available | Retryable: setSecret has not taken effect |
/// | test | pending | everywhere | everywhere | | Done |
/// | finish | pending | everywhere | everywhere | | Promote |
///
/// On a server that accepts clients without a credential (before its first rotation) a login proves nothing; see
/// `decide_open` in the source for its rows. It is closed at the end of finishSecret, after AWSCURRENT has moved, so that a
/// rotation never ends with open access.
///
/// # Errors
/// - Permanent: the event does not fit the secret, or rotation is switched off.
/// - Retryable: an earlier step has not taken effect; Secrets Manager runs the steps again.
/// - `NeedsHuman`: AWSCURRENT does not log in, or a credential that the secret does not contain is in the way.
///
/// # Repeating
/// The same facts give the same decision; after a decision is carried out, the facts give the next one or `Done`.
pub fn decide_auth_token(facts: &Facts) -> Result<Decision<CloseOpenAccess>, Failure> {
    let (server, verdicts) = match look(facts)? {
        Look::Decided(decision) => return Ok(decision),
        Look::At(server, verdicts) => (server, verdicts),
    };
    match verdicts.open {
        Verdict::Nowhere => decide_closed(facts, server, verdicts),
        Verdict::Everywhere => decide_open(facts, server, verdicts),
        Verdict::Somewhere => Ok(half_open()),
    }
}

/// Decides what a step does next for a user whose passwords a service propagates to every node.
///
/// As [`decide_auth_token`], except that such a server is never open at first: if every node accepts clients without a
/// credential, somebody has removed the user's password.
///
/// | nodes that accept clients without a credential | group | ⇒ |
/// |---|---|---|
/// | some | | Wait |
/// | all | busy | Wait |
/// | all | available | Permanent |
///
/// # Errors
/// As [`decide_auth_token`]; Permanent too for the last row.
pub fn decide_user(facts: &Facts) -> Result<Decision<Infallible>, Failure> {
    let (server, verdicts) = match look(facts)? {
        Look::Decided(decision) => return Ok(decision),
        Look::At(server, verdicts) => (server, verdicts),
    };
    match verdicts.open {
        Verdict::Nowhere => decide_closed(facts, server, verdicts),
        Verdict::Everywhere if !server.group.is_busy() => Err(lets_everybody_in()),
        Verdict::Everywhere | Verdict::Somewhere => Ok(half_open()),
    }
}

fn half_open<Specific>() -> Decision<Specific> {
    wait("some nodes accept clients without a credential and others do not")
}

/// A server that requires a credential from every client.
fn decide_closed<Specific>(facts: &Facts, server: &Server, verdicts: Verdicts) -> Result<Decision<Specific>, Failure> {
    let Facts { step, version, pending, .. } = facts;
    let (step, version) = (*step, *version);
    let busy = server.group.is_busy() || server.change_asked;
    match verdicts.current {
        Verdict::Everywhere => {}
        Verdict::Somewhere => return Ok(wait("some nodes refuse AWSCURRENT")),
        Verdict::Nowhere if busy => return Ok(wait("no node accepts AWSCURRENT while the target is changing")),
        Verdict::Nowhere => return Err(current_is_refused(verdicts.pending)),
    }
    if version == VersionStage::Current {
        return Ok(Decision::Done { reason: "the version is AWSCURRENT, and every node accepts it" });
    }
    match (step, pending, verdicts.pending) {
        (Step::Test, PendingValue::Absent, _) => {
            Ok(Decision::Done { reason: "AWSPENDING has no value, so this is a test: every node accepts AWSCURRENT" })
        }
        (_, PendingValue::Absent, _) | (_, PendingValue::Illegal(_), Verdict::Nowhere) => {
            Err(no_usable_pending(step, pending))
        }
        (_, _, Verdict::Somewhere) => Ok(wait("some nodes do not accept AWSPENDING yet")),
        (Step::Set, _, _) if !busy && previous_would_stay(server, verdicts) => Ok(remove_previous()),
        (Step::Set, _, Verdict::Everywhere) if server.group == GroupState::ChangingToken => {
            Ok(wait("every node accepts AWSPENDING, and the target is still changing its credential"))
        }
        (Step::Set, _, Verdict::Everywhere) => Ok(Decision::Done { reason: "every node accepts AWSPENDING" }),
        (Step::Set, _, Verdict::Nowhere) if busy => {
            Ok(wait(&format!("no node accepts AWSPENDING yet; {}", server.group)))
        }
        (Step::Set, _, Verdict::Nowhere) => add_where_there_is_room(server.capacity, verdicts.previous),
        (_, _, Verdict::Nowhere) if busy => Ok(wait(&format!("no node accepts AWSPENDING yet; {}", server.group))),
        (_, _, Verdict::Nowhere) => Err(not_set(step)),
        (Step::Finish, _, Verdict::Everywhere) => Ok(Decision::Promote {
            reason: "every node accepts AWSPENDING, and still accepts AWSCURRENT",
            then: AfterPromotion::DecideAgain,
        }),
        (Step::Test | Step::Create, _, Verdict::Everywhere) => {
            Ok(Decision::Done { reason: "every node accepts AWSPENDING, and still accepts AWSCURRENT" })
        }
    }
}

/// Adds AWSPENDING, unless that would remove a credential that the secret does not contain.
///
/// AWSCURRENT takes one place. AWSPENDING takes none, since no node accepts it.
fn add_where_there_is_room<Specific>(capacity: Capacity, previous: Verdict) -> Result<Decision<Specific>, Failure> {
    match (capacity, previous) {
        (Capacity::Free | Capacity::Unlimited, _) => {
            Ok(Decision::AddPending { reason: "no node accepts AWSPENDING yet" })
        }
        (Capacity::Full, Verdict::Everywhere) => {
            Ok(Decision::AddPending { reason: "no node accepts AWSPENDING yet; it takes the place of AWSPREVIOUS" })
        }
        (Capacity::Full, Verdict::Somewhere) => Ok(wait("some nodes accept AWSPREVIOUS and others do not")),
        (Capacity::Full, Verdict::Nowhere) => Err(Failure::needs_human(
            "the target accepts two credentials already, and one of them is neither AWSCURRENT nor AWSPREVIOUS; adding \
             AWSPENDING would lock out its users",
        )
        .with_next_step("Find out who uses the other credential, and make AWSCURRENT the only password of the user")),
    }
}
