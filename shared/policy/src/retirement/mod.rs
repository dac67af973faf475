//! Decides when the previous credential is retired.
//!
//! After a rotation both credentials are valid, so that consumers have time to follow. [`decide`] depends on nothing but the
//! facts of the moment, so a run that stopped anywhere can be run again.

mod facts;
mod gates;

pub use facts::Facts;

use crate::{
    Failure,
    login::{Verdict, Verdicts, sum_up},
    outcome::Waiting,
    secret::PreviousValue,
    server::{Capacity, Propagation, Server},
};
use gates::{Gates, gates};

/// What a run does next. `Kept` and `Blocked` end it; after everything else the run looks again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing is left to do.
    Kept {
        /// Why.
        reason: String,
    },
    /// Nothing may be done yet; a later run looks again.
    Blocked {
        /// By what.
        by: Vec<Waiting>,
    },
    /// Make the server refuse AWSPREVIOUS.
    Remove {
        /// Why it is safe.
        reason: &'static str,
    },
    /// Make the nodes that have lost AWSCURRENT accept it again.
    RestoreCurrent {
        /// How it was lost.
        reason: &'static str,
    },
    /// Make the nodes that have lost AWSPREVIOUS accept it again: a client may still use it.
    RestorePrevious {
        /// How it was lost.
        reason: &'static str,
    },
    /// Record that every node refused AWSPREVIOUS.
    MarkRetired {
        /// What proves it.
        reason: &'static str,
    },
    /// Look again soon; fail as Retryable when time is up.
    Wait {
        /// For what.
        reason: String,
    },
}

/// Why there is nothing to retire where a reset replaces the credential.
pub const REPLACED: &str = "a reset revokes the credential before it, so there is nothing to retire";

/// Whether the consumers have to be looked at before [`decide`] can decide.
///
/// If every node refuses AWSPREVIOUS, no client can be cut off and the consumers do not matter. Nodes that are changed one by
/// one are the exception: they may have lost it too early, or only until they restart.
pub fn needs_consumers(facts: &Facts) -> bool {
    let Some(server) = &facts.server else { return false };
    let Ok(verdicts) = sum_up(&server.nodes) else { return false };
    let proven = verdicts.open == Verdict::Nowhere && verdicts.current == Verdict::Everywhere;
    let unsure = server.propagation != Propagation::Service && !is_retired(facts);
    facts.consumers.is_none() && proven && (verdicts.previous != Verdict::Nowhere || unsure)
}

/// Decides what a run does next.
///
/// Before the server is looked at:
///
/// | AWSPREVIOUS | ⇒ |
/// |---|---|
/// | absent, or the same credential as AWSCURRENT | Kept |
/// | unreadable | Permanent: what to retire is unknown |
///
/// Then, if a node gives no answer, or lets clients in without a credential:
///
/// | nodes | group | ⇒ |
/// |---|---|---|
/// | one gives no answer | asked to change in this run | Wait |
/// | one gives no answer | otherwise | Blocked |
/// | one lets clients in without a credential | busy | Blocked |
/// | one lets clients in without a credential | available | Permanent |
///
/// Then, with AWSCURRENT not accepted everywhere:
///
/// | propagation | AWSCURRENT accepted | AWSPREVIOUS accepted | group | ⇒ |
/// |---|---|---|---|---|
/// | any | not everywhere | | busy, or asked to change in this run | Wait |
/// | service | somewhere | | available | Blocked: the service applies it everywhere |
/// | service, node by node | nowhere | | available | `NeedsHuman` |
/// | node by node, until restart | somewhere | wherever AWSCURRENT is not | available | `RestoreCurrent` |
/// | until restart | nowhere | everywhere | available | `RestoreCurrent` |
/// | node by node, until restart | otherwise | | available | `NeedsHuman` |
///
/// Then, with AWSCURRENT accepted everywhere:
///
/// | AWSPREVIOUS accepted | retired before | propagation | gates | group | ⇒ |
/// |---|---|---|---|---|---|
/// | nowhere | yes | | | | Kept |
/// | nowhere | no | service | | | `MarkRetired` |
/// | nowhere, somewhere | no | until restart | still in use | busy | Wait |
/// | nowhere, somewhere | no | until restart | still in use | available | `RestorePrevious` |
/// | nowhere | no | otherwise | one blocks | | Blocked |
/// | nowhere | no | otherwise | all open | busy | Wait |
/// | nowhere | no | otherwise | all open | available | Remove: an earlier run may not have saved it |
/// | nowhere | no | otherwise | all open | asked to change in this run | `MarkRetired` |
/// | somewhere, everywhere | | | one blocks | | Blocked |
/// | somewhere, everywhere | | | all open | busy | Wait |
/// | somewhere | | service | all open | available | Wait: the service removes it from the others too |
/// | everywhere | | service | all open | asked to change in this run | Wait |
/// | everywhere | | service | all open | available | Remove |
/// | somewhere, everywhere | | otherwise | all open | available | Remove |
///
/// The gates: the overlap since the promotion is over, every consumer of the settings has been replaced since and is
/// steady, and no rotation is under way. "Still in use" means that one of the first two blocks.
///
/// # Errors
/// - Permanent: AWSPREVIOUS cannot be read, a consumer of the settings does not exist, or the server requires no credential.
/// - `NeedsHuman`: AWSCURRENT does not log in. Nothing was changed.
pub fn decide(facts: &Facts) -> Result<Decision, Failure> {
    if let Some(reason) = facts.secret.nothing_to_retire() {
        return kept(reason);
    }
    if facts.secret.previous == PreviousValue::Unreadable {
        return Err(Failure::permanent(
            "AWSPREVIOUS has no credential where `secret.json_key` of the settings says it is, so what to retire is unknown. \
             Nothing was changed. Put a version with the previous credential, and move AWSPREVIOUS to it",
        ));
    }
    let Some(server) = &facts.server else { return wait("the server has not been looked at") };
    let verdicts = match sum_up(&server.nodes) {
        Ok(verdicts) => verdicts,
        Err(silent) if server.change_asked => return wait(&silent),
        Err(silent) => return blocked_by("login", silent),
    };
    if verdicts.open != Verdict::Nowhere {
        return open(server);
    }
    if verdicts.current != Verdict::Everywhere {
        return without_current(server, verdicts);
    }
    let gates = gates(facts)?;
    match verdicts.previous {
        Verdict::Nowhere => refused_everywhere(server, gates, is_retired(facts)),
        accepted => still_accepted(server, gates, accepted, is_retired(facts)),
    }
}

fn is_retired(facts: &Facts) -> bool {
    facts.secret.previous == PreviousValue::Another { retired: true }
}

/// A server that lets clients in without a credential: a login proves nothing there.
fn open(server: &Server) -> Result<Decision, Failure> {
    if server.group.is_busy() {
        return blocked_by("login", format!("clients are let in without a credential; {}", server.group));
    }
    Err(Failure::permanent(
        "the server lets clients in without a credential, so a login proves nothing. Nothing was changed. Require AWSCURRENT: \
         on an ElastiCache group by a rotation, elsewhere by giving the user a password",
    ))
}

/// A server on which not every node accepts AWSCURRENT: AWSPREVIOUS may be the only way in.
fn without_current(server: &Server, verdicts: Verdicts) -> Result<Decision, Failure> {
    let Server { group, propagation, change_asked, .. } = server;
    if group.is_busy() || *change_asked && *propagation == Propagation::Service {
        return wait(&format!("not every node accepts AWSCURRENT; {group}"));
    }
    match (propagation, verdicts.current, verdicts.any) {
        (Propagation::Service, Verdict::Somewhere, _) => blocked_by("login", "some nodes refuse AWSCURRENT"),
        (Propagation::NodeByNode | Propagation::UntilRestart, Verdict::Somewhere, Verdict::Everywhere) => {
            Ok(Decision::RestoreCurrent { reason: "a node has lost AWSCURRENT, and has AWSPREVIOUS" })
        }
        (Propagation::UntilRestart, Verdict::Nowhere, Verdict::Everywhere) => Ok(Decision::RestoreCurrent {
            reason: "the nodes were started while AWSCURRENT moved, and have AWSPREVIOUS alone",
        }),
        (_, Verdict::Nowhere, Verdict::Nowhere) => Err(Failure::needs_human(
            "no node accepts AWSCURRENT, nor AWSPREVIOUS: the secret and the server have diverged. Nothing was changed. \
             Find the credential that the server accepts, and put it into AWSCURRENT",
        )),
        (_, Verdict::Nowhere, _) => Err(Failure::needs_human(
            "no node accepts AWSCURRENT, and AWSPREVIOUS still logs in: removing it would lock every client out. Nothing \
             was changed. Move AWSCURRENT back to that version to keep consumers working, and rotate again",
        )),
        (..) => Err(Failure::needs_human(
            "a node accepts neither AWSCURRENT nor AWSPREVIOUS, so the function cannot log in there. Nothing was \
             changed. Give its user the credential in AWSCURRENT by hand",
        )),
    }
}

/// Every node refuses AWSPREVIOUS: there is nothing to remove.
fn refused_everywhere(server: &Server, gates: Gates, retired: bool) -> Result<Decision, Failure> {
    if retired {
        return kept("every node refuses AWSPREVIOUS, and accepts AWSCURRENT");
    }
    match server.propagation {
        Propagation::Service => {}
        Propagation::UntilRestart if !gates.in_use.is_empty() => return restore_previous(server),
        _ if !gates.are_open() => return Ok(Decision::Blocked { by: gates.all() }),
        _ if server.change_asked => {}
        _ if server.group.is_busy() => return wait(&format!("AWSPREVIOUS is refused for now; {}", server.group)),
        _ => return Ok(Decision::Remove { reason: "every node refuses AWSPREVIOUS, which is saved so that it lasts" }),
    }
    let reason = match server.capacity {
        Capacity::Full => {
            "every node refuses AWSPREVIOUS; the other credential there is one that the secret does not know"
        }
        Capacity::Free | Capacity::Unlimited => "every node refuses AWSPREVIOUS, and accepts AWSCURRENT",
    };
    Ok(Decision::MarkRetired { reason })
}

/// Some node accepts AWSPREVIOUS.
fn still_accepted(server: &Server, gates: Gates, accepted: Verdict, retired: bool) -> Result<Decision, Failure> {
    let Server { group, propagation, change_asked, .. } = server;
    if !gates.are_open() {
        let lost = *propagation == Propagation::UntilRestart && accepted == Verdict::Somewhere && !retired;
        return match lost && !gates.in_use.is_empty() {
            true => restore_previous(server),
            false => Ok(Decision::Blocked { by: gates.all() }),
        };
    }
    match (propagation, accepted) {
        _ if group.is_busy() => wait(&format!("AWSPREVIOUS is still accepted; {group}")),
        (Propagation::Service, Verdict::Somewhere) => wait("some nodes still accept AWSPREVIOUS"),
        (Propagation::Service, _) if *change_asked => wait("every node still accepts AWSPREVIOUS"),
        _ if retired => Ok(Decision::Remove { reason: "a node accepts AWSPREVIOUS again, which was retired before" }),
        _ => Ok(Decision::Remove { reason: "the overlap is over, and every consumer has followed" }),
    }
}

fn restore_previous(server: &Server) -> Result<Decision, Failure> {
    if server.group.is_busy() {
        return wait(&format!("a node has lost AWSPREVIOUS, which consumers may still use; {}", server.group));
    }
    Ok(Decision::RestorePrevious { reason: "a node was restarted, and consumers may still use AWSPREVIOUS" })
}

fn kept(reason: &str) -> Result<Decision, Failure> {
    Ok(Decision::Kept { reason: reason.to_owned() })
}

fn wait(reason: &str) -> Result<Decision, Failure> {
    Ok(Decision::Wait { reason: reason.to_owned() })
}

fn blocked_by(what: &str, reason: impl Into<String>) -> Result<Decision, Failure> {
    Ok(Decision::Blocked { by: vec![Waiting::new(what, reason)] })
}

#[cfg(test)]
mod tests;
