//! Retirement of a credential that is stored on each node, so that one node can lack what others have.

use super::{
    decision::{Decision, Restore, kept, remove, wait},
    facts::Facts,
    gates::{Gates, gates},
    look::{Look, look},
    refusals::{a_node_accepts_neither, current_is_illegal, current_is_refused},
};
use crate::{
    Failure,
    login::{Verdict, Verdicts},
    server::{Propagation, Server},
};

/// Decides what a run does next if the credential is stored on each node. Some nodes keep it only until they restart.
///
/// After [what decides for every server](super), with AWSCURRENT not accepted everywhere:
///
/// | kept until a restart | AWSCURRENT accepted | AWSPREVIOUS accepted | group | ⇒ |
/// |---|---|---|---|---|
/// | | not everywhere | | busy | Wait |
/// | | somewhere | wherever AWSCURRENT is not | available | `RestoreCurrent` |
/// | yes | nowhere | everywhere | available | `RestoreCurrent` |
/// | | otherwise | | available | `NeedsHuman` |
///
/// Instead of `RestoreCurrent`, it is `NeedsHuman` if AWSCURRENT is not a legal credential.
///
/// Then, with AWSCURRENT accepted everywhere:
///
/// | AWSPREVIOUS accepted | retired before | kept until a restart | gates | group | ⇒ |
/// |---|---|---|---|---|---|
/// | nowhere | yes | | | | Kept |
/// | nowhere, somewhere | no | yes | still in use, no rotation | busy | Wait |
/// | nowhere, somewhere | no | yes | still in use, no rotation | available | `RestorePrevious` |
/// | nowhere | no | otherwise | one blocks | | Blocked |
/// | nowhere | no | | all open | asked to change in this run | `MarkRetired` |
/// | nowhere | no | | all open | busy | Wait |
/// | nowhere | no | | all open | available | Remove: an earlier run may not have saved it |
/// | somewhere, everywhere | | otherwise | one blocks | | Blocked |
/// | somewhere, everywhere | | | all open | busy | Wait |
/// | somewhere, everywhere | | | all open | available | Remove |
///
/// `RestoreCurrent` and `RestorePrevious` are the two of [`Restore`].
///
/// # Errors
/// - Permanent: AWSPREVIOUS cannot be read, a consumer of the settings does not exist, or the server requires no
///   credential.
/// - `NeedsHuman`: AWSCURRENT does not log in.
pub fn decide_node_by_node(facts: &Facts) -> Result<Decision<Restore>, Failure> {
    let (server, verdicts) = match look(facts)? {
        Look::Decided(decision) => return Ok(decision),
        Look::At(server, verdicts) => (server, verdicts),
    };
    if verdicts.current != Verdict::Everywhere {
        return without_current(facts, server, verdicts);
    }
    let gates = gates(facts)?;
    Ok(match verdicts.previous {
        Verdict::Nowhere if facts.is_retired() => kept("every node refuses AWSPREVIOUS, and accepts AWSCURRENT"),
        Verdict::Nowhere | Verdict::Somewhere if is_lost(server, &gates, facts.is_retired()) => {
            restore_previous(server)
        }
        _ if !gates.are_open() => Decision::Blocked { by: gates.all() },
        Verdict::Nowhere if server.change_asked => {
            Decision::MarkRetired { reason: "every node refuses AWSPREVIOUS, and accepts AWSCURRENT" }
        }
        Verdict::Nowhere if server.group.is_busy() => {
            wait(&format!("AWSPREVIOUS is refused for now; {}", server.group))
        }
        Verdict::Nowhere => Decision::Remove {
            reason: "every node refuses AWSPREVIOUS; the removal is saved, so that it survives a restart",
        },
        _ if server.group.is_busy() => wait(&format!("AWSPREVIOUS is still accepted; {}", server.group)),
        _ => remove(facts),
    })
}

/// Not every node accepts AWSCURRENT: AWSPREVIOUS may be the only way in.
fn without_current(facts: &Facts, server: &Server, verdicts: Verdicts) -> Result<Decision<Restore>, Failure> {
    let Server { group, propagation, .. } = server;
    if group.is_busy() {
        return Ok(wait(&format!("not every node accepts AWSCURRENT; {group}")));
    }
    let restore = |reason| match &facts.current_fault {
        None => Ok(Decision::Specific { change: Restore::Current, reason }),
        Some(why) => Err(current_is_illegal(why)),
    };
    match (verdicts.current, verdicts.any) {
        (Verdict::Somewhere, Verdict::Everywhere) => restore("a node has lost AWSCURRENT, and has AWSPREVIOUS"),
        (Verdict::Nowhere, Verdict::Everywhere) if *propagation == Propagation::UntilRestart => {
            restore("the nodes were started while AWSCURRENT moved, and have AWSPREVIOUS alone")
        }
        (Verdict::Nowhere, any) => Err(current_is_refused(any)),
        (_, _) => Err(a_node_accepts_neither()),
    }
}

/// Whether a restart took AWSPREVIOUS off a node while a client may still use it. A rotation in progress removes it itself.
fn is_lost(server: &Server, gates: &Gates, retired: bool) -> bool {
    let in_use = !gates.in_use.is_empty() && gates.rotating.is_none();
    server.propagation == Propagation::UntilRestart && !retired && in_use
}

fn restore_previous(server: &Server) -> Decision<Restore> {
    if server.group.is_busy() {
        return wait(&format!("a node has lost AWSPREVIOUS, which consumers may still use; {}", server.group));
    }
    Decision::Specific {
        change: Restore::Previous,
        reason: "a node was restarted, and consumers may still use AWSPREVIOUS",
    }
}
