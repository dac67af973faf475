//! The four steps of a rotation, decided.
//!
//! Secrets Manager calls the steps in order and, when one fails, all of them again; each can be repeated, cut short or
//! run twice at once. So no step trusts what an earlier one did: [`decide`] looks at the facts of the moment.

mod facts;
mod node_by_node;
pub mod reset;
mod step;

pub use facts::{Facts, GroupState, PendingValue, Room, Server, Upkeep, VersionStage, needs_server};
pub use step::Step;

use crate::{
    Failure,
    login::{Verdict, Verdicts, sum_up},
};

/// What a step does next. Everything but `Done` is followed by another look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The step has nothing left to do.
    Done {
        /// Why not.
        reason: &'static str,
    },
    /// Generate a credential and put it as AWSPENDING.
    CreatePending {
        /// Why.
        reason: &'static str,
    },
    /// Take the AWSPENDING label off a value that can never be used, so that the next try begins with a new one.
    DiscardPending {
        /// What is wrong with the value.
        reason: String,
    },
    /// Make the server accept AWSPENDING beside AWSCURRENT.
    AddPending {
        /// Why.
        reason: &'static str,
    },
    /// Make the server refuse AWSPREVIOUS: after this rotation, the secret would no longer know it.
    RemovePrevious {
        /// Why it is still there.
        reason: &'static str,
    },
    /// Make the nodes that have lost AWSCURRENT accept it again.
    RestoreCurrent {
        /// How it was lost.
        reason: &'static str,
    },
    /// Move AWSCURRENT to the pending version.
    Promote {
        /// Why it is safe.
        reason: &'static str,
    },
    /// Make the server refuse clients that log in with nothing.
    CloseOpenAccess {
        /// Why.
        reason: &'static str,
    },
    /// Look again later; leave with a retryable failure when time is up.
    Wait {
        /// For what.
        reason: String,
    },
}

/// Decides what a step does next.
///
/// Before the server is looked at:
///
/// | step | version | AWSPENDING's value | ⇒ |
/// |---|---|---|---|
/// | any | unknown, or without a label | | Permanent |
/// | any | rotation switched off | | Permanent |
/// | create | current | | Done |
/// | create | pending | absent | `CreatePending` |
/// | create | pending | legal | Done |
/// | create | pending | illegal, and no node accepts it | `DiscardPending` |
/// | create | pending | illegal, and some node accepts it | Done: the server knows better |
///
/// In the other steps, a node that cannot be asked means Wait. A server whose nodes are changed one by one is decided in
/// `node_by_node`; for one that a service keeps in step, and that lets nobody in without a credential:
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
/// | set | pending | nowhere | everywhere | available, room | `AddPending` |
/// | set | pending | nowhere | everywhere | available, full, AWSPREVIOUS accepted everywhere | `AddPending`, in its place |
/// | set | pending | nowhere | everywhere | available, full, AWSPREVIOUS accepted somewhere | Wait |
/// | set | pending | nowhere | everywhere | available, full, AWSPREVIOUS accepted nowhere | `NeedsHuman` |
/// | test, finish | pending | nowhere | everywhere | busy | Wait |
/// | test, finish | pending | nowhere | everywhere | available | Retryable: setSecret has not taken effect |
/// | test | pending | everywhere | everywhere | | Done |
/// | finish | pending | everywhere | everywhere | | Promote |
///
/// A server that does let clients in without a credential (its first rotation) proves nothing by a login; see
/// `decide_open` in the source for its rows. It is closed at the end of finishSecret, after AWSCURRENT has moved, so
/// that a rotation never ends with the door open.
///
/// # Errors
/// - Permanent: the event does not fit the secret, or rotation is switched off.
/// - Retryable: an earlier step has not taken effect; Secrets Manager runs the steps again.
/// - `NeedsHuman`: AWSCURRENT does not log in, or a credential that the secret does not know is in the way. Nothing has
///   been touched.
///
/// # Repeating
/// The same facts give the same decision; after a decision is carried out, the facts give the next one or `Done`.
pub fn decide(facts: &Facts) -> Result<Decision, Failure> {
    let Facts { step, version, rotation_enabled, pending, server } = facts;
    check_event(*version, *rotation_enabled)?;
    match (step, server) {
        (Step::Create, server) => Ok(decide_create(*version, pending, server.as_ref())),
        (_, Some(server)) => decide_by_server(*step, *version, pending, server),
        (_, None) => Err(Failure::permanent(format!("{step} was decided without a look at the server"))),
    }
}

/// Refuses an event that does not fit the secret.
fn check_event(version: VersionStage, rotation_enabled: Option<bool>) -> Result<(), Failure> {
    if rotation_enabled == Some(false) {
        return Err(Failure::permanent(
            "rotation is switched off for this secret; start one with RotateSecret, do not invoke the function by hand",
        ));
    }
    match version {
        VersionStage::Unknown => Err(Failure::permanent(
            "the event's ClientRequestToken is no version of this secret; start a rotation with RotateSecret",
        )),
        VersionStage::Unlabelled => Err(Failure::permanent(
            "the event's version is neither AWSPENDING nor AWSCURRENT: its rotation was given up; start another with \
                 RotateSecret",
        )),
        VersionStage::Pending | VersionStage::Current => Ok(()),
    }
}

fn decide_create(version: VersionStage, pending: &PendingValue, server: Option<&Server>) -> Decision {
    match (version, pending) {
        (VersionStage::Current, _) => Decision::Done { reason: "the version is AWSCURRENT" },
        (_, PendingValue::Absent) => Decision::CreatePending { reason: "AWSPENDING has no value yet" },
        (_, PendingValue::Legal) => Decision::Done { reason: "AWSPENDING has a value already" },
        (_, PendingValue::Illegal(why)) => match server.map(|server| sum_up(&server.nodes)) {
            Some(Ok(Verdicts {
                open: Verdict::Nowhere, pending: Verdict::Everywhere | Verdict::Somewhere, ..
            })) => Decision::Done { reason: "AWSPENDING has a value that the server accepts" },
            Some(Ok(_)) => Decision::DiscardPending { reason: why.clone() },
            Some(Err(reason)) => Decision::Wait { reason },
            None => Decision::Wait { reason: "nobody has asked the server about AWSPENDING".to_owned() },
        },
    }
}

fn decide_by_server(
    step: Step,
    version: VersionStage,
    pending: &PendingValue,
    server: &Server,
) -> Result<Decision, Failure> {
    let verdicts = match sum_up(&server.nodes) {
        Ok(verdicts) => verdicts,
        Err(reason) => return Ok(Decision::Wait { reason }),
    };
    if server.upkeep != Upkeep::Service {
        return node_by_node::decide_node_by_node(step, version, pending, server, verdicts);
    }
    match verdicts.open {
        Verdict::Nowhere => decide_closed(step, version, pending, server, verdicts),
        Verdict::Everywhere => decide_open(step, version, pending, server, verdicts),
        Verdict::Somewhere => wait("some nodes let clients in without a credential and others do not"),
    }
}

/// A server that asks every client for a credential.
fn decide_closed(
    step: Step,
    version: VersionStage,
    pending: &PendingValue,
    server: &Server,
    verdicts: Verdicts,
) -> Result<Decision, Failure> {
    let busy = server.group.is_busy() || server.change_asked;
    match verdicts.current {
        Verdict::Everywhere => {}
        Verdict::Somewhere => return wait("some nodes refuse AWSCURRENT"),
        Verdict::Nowhere if busy => return wait("no node accepts AWSCURRENT while the target is changing"),
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
        (_, _, Verdict::Somewhere) => wait("some nodes do not accept AWSPENDING yet"),
        (Step::Set, _, _) if !busy && previous_would_stay(server, verdicts) => remove_previous(),
        (Step::Set, _, Verdict::Everywhere) if server.group == GroupState::ChangingToken => {
            wait("every node accepts AWSPENDING, and the target is still changing its credential")
        }
        (Step::Set, _, Verdict::Everywhere) => Ok(Decision::Done { reason: "every node accepts AWSPENDING" }),
        (Step::Set, _, Verdict::Nowhere) if busy => wait(&format!("no node accepts AWSPENDING yet; {}", server.group)),
        (Step::Set, _, Verdict::Nowhere) => add_where_there_is_room(server.room, verdicts.previous),
        (_, _, Verdict::Nowhere) if busy => wait(&format!("no node accepts AWSPENDING yet; {}", server.group)),
        (_, _, Verdict::Nowhere) => Err(not_set(step)),
        (Step::Finish, _, Verdict::Everywhere) => {
            Ok(Decision::Promote { reason: "every node accepts AWSPENDING, and AWSCURRENT still" })
        }
        (Step::Test | Step::Create, _, Verdict::Everywhere) => {
            Ok(Decision::Done { reason: "every node accepts AWSPENDING, and AWSCURRENT still" })
        }
    }
}

/// Adds AWSPENDING, unless that would push out a credential that the secret does not know.
///
/// AWSCURRENT takes one place, and AWSPENDING, which no node accepts, none.
fn add_where_there_is_room(room: Room, previous: Verdict) -> Result<Decision, Failure> {
    match (room, previous) {
        (Room::Free | Room::Unlimited, _) => Ok(Decision::AddPending { reason: "no node accepts AWSPENDING yet" }),
        (Room::Full, Verdict::Everywhere) => {
            Ok(Decision::AddPending { reason: "no node accepts AWSPENDING yet; it takes the place of AWSPREVIOUS" })
        }
        (Room::Full, Verdict::Somewhere) => wait("some nodes accept AWSPREVIOUS and others do not"),
        (Room::Full, Verdict::Nowhere) => Err(Failure::needs_human(
            "the target accepts two credentials already, and one of them is neither AWSCURRENT nor AWSPREVIOUS; adding \
             AWSPENDING would cut off whoever uses it. Nothing was touched. Find out who does, give the user AWSCURRENT as \
             its only password, and rotate again",
        )),
    }
}

/// Whether AWSPREVIOUS would go on logging in after this rotation, with nobody left who knows it: the next AWSPREVIOUS is
/// what is AWSCURRENT now, and that one is all that a retirement takes away.
fn previous_would_stay(server: &Server, verdicts: Verdicts) -> bool {
    server.room == Room::Unlimited && verdicts.previous != Verdict::Nowhere
}

fn remove_previous() -> Result<Decision, Failure> {
    Ok(Decision::RemovePrevious { reason: "it was not retired before this rotation, which leaves no place for it" })
}

/// A server that lets clients in with nothing: it has no credential yet, or one beside the open door.
///
/// | step | version | AWSPENDING applied | group | ⇒ |
/// |---|---|---|---|---|
/// | set | pending | yes | | Done |
/// | set | pending | no | busy, or asked to change in this run | Wait |
/// | set | pending | no | available | `AddPending` |
/// | test | pending, absent | | | Done: a test of the settings |
/// | test, finish | pending | no | busy | Wait |
/// | test, finish | pending | no | available | Retryable |
/// | test | pending | yes | | Done |
/// | finish | pending | yes | | Promote |
/// | finish | current | | busy, or asked to change in this run | Wait |
/// | finish | current | | available | `CloseOpenAccess` |
/// | other | current | | | Done: finishSecret closes it |
///
/// "Applied" is a login where the server can tell (it accepts AWSPENDING); where it lets everybody in, it is the group's
/// own word that a token was set since AWSPENDING was made, and nothing hangs on it: AWSCURRENT logs in either way, and
/// the door is only closed on the token that was set last.
fn decide_open(
    step: Step,
    version: VersionStage,
    pending: &PendingValue,
    server: &Server,
    verdicts: Verdicts,
) -> Result<Decision, Failure> {
    let busy = server.group.is_busy() || server.change_asked;
    let applied =
        verdicts.pending == Verdict::Everywhere || (server.token_set_since_pending && !server.group.is_busy());
    match (step, version, pending) {
        (Step::Finish, VersionStage::Current, _) if busy => {
            wait("the group still lets clients in without a credential")
        }
        (Step::Finish, VersionStage::Current, _) => Ok(Decision::CloseOpenAccess {
            reason: "AWSCURRENT has moved, and the group still lets clients in without a credential",
        }),
        (_, VersionStage::Current, _) => {
            Ok(Decision::Done { reason: "the version is AWSCURRENT; finishSecret closes the open access" })
        }
        (Step::Test, _, PendingValue::Absent) => Ok(Decision::Done {
            reason: "AWSPENDING has no value, so this is a test: the group asks for no credential",
        }),
        (_, _, PendingValue::Absent | PendingValue::Illegal(_)) => Err(Failure::retryable(format!(
            "{step} was called without a usable AWSPENDING; createSecret is called first when the rotation is retried"
        ))),
        (Step::Finish, _, _) if applied => {
            Ok(Decision::Promote { reason: "the group has taken AWSPENDING, and lets clients in without one for now" })
        }
        (_, _, _) if applied => Ok(Decision::Done { reason: "the group has taken AWSPENDING as its first token" }),
        (_, _, _) if busy => wait(&format!("the group has not taken AWSPENDING yet; {}", server.group)),
        (Step::Set, _, _) => Ok(Decision::AddPending { reason: "the group asks for no credential yet" }),
        (_, _, _) => Err(not_set(step)),
    }
}

fn wait(reason: &str) -> Result<Decision, Failure> {
    Ok(Decision::Wait { reason: reason.to_owned() })
}

fn no_usable_pending(step: Step, pending: &PendingValue) -> Failure {
    Failure::retryable(match pending {
        PendingValue::Illegal(why) => format!(
            "AWSPENDING holds what the server will not take ({why}); createSecret discards it when the rotation is retried"
        ),
        _ => format!(
            "{step} was called before AWSPENDING had a value; createSecret is called first when the rotation is retried"
        ),
    })
}

fn not_set(step: Step) -> Failure {
    Failure::retryable(format!(
        "{step}: no node accepts AWSPENDING, so setSecret has not taken effect; it is called again when the rotation is \
         retried"
    ))
}

fn current_is_refused(pending: Verdict) -> Failure {
    let pending = match pending {
        Verdict::Everywhere => {
            "every node accepts AWSPENDING: if that is the credential to go on with, move AWSCURRENT to it"
        }
        Verdict::Somewhere => "only some nodes accept AWSPENDING",
        Verdict::Nowhere => "no node accepts AWSPENDING either: the secret and the server have drifted apart",
    };
    Failure::needs_human(format!(
        "no node accepts AWSCURRENT, and {pending}. Nothing was touched. Find the live credential, put it into AWSCURRENT, \
         and rotate again"
    ))
}

#[cfg(test)]
mod tests;
