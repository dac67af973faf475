//! A server whose nodes are changed one by one: each has its own ACLs, and may miss what others have.

use super::{
    Decision, Server, Step, VersionStage, current_is_refused,
    facts::{PendingValue, Upkeep},
    no_usable_pending, previous_would_stay, remove_previous, wait,
};
use crate::{
    Failure,
    login::{Verdict, Verdicts},
};

/// Decides for such a server. What is missing is added again: that is what a stopped run, or a node that restarted, leaves
/// to do.
///
/// | step | version | AWSCURRENT accepted | AWSPENDING accepted | group | ⇒ |
/// |---|---|---|---|---|---|
/// | any | | some node lets everybody in | | | Permanent |
/// | any | | some node accepts nothing that the secret knows | | busy | Wait |
/// | any | | some node accepts nothing that the secret knows | | available | `NeedsHuman` |
/// | any | pending | nowhere | | available | `NeedsHuman` |
/// | any | current | nowhere, and nodes keep what they are given | | available | `NeedsHuman` |
/// | any | current | nowhere, and nodes forget when they restart | | available | `RestoreCurrent` |
/// | any | | somewhere | | available | `RestoreCurrent` |
/// | any | | not everywhere | | busy | Wait |
/// | any | current | everywhere | | | Done |
/// | test | pending, absent | everywhere | | | Done: a test of the settings, not a rotation |
/// | set, finish | pending, absent or illegal | everywhere | | | Retryable: createSecret comes first |
/// | set | pending, and AWSPREVIOUS accepted somewhere | everywhere | | available | `RemovePrevious` |
/// | set | pending | everywhere | everywhere, and added by this run | | Done |
/// | set | pending | everywhere | otherwise | available | `AddPending` |
/// | test, finish | pending | everywhere | not everywhere | available | `AddPending`: it was lost |
/// | test | pending | everywhere | everywhere | | Done |
/// | finish | pending | everywhere | everywhere | available | Promote |
/// | any | pending | everywhere | otherwise | busy | Wait |
///
/// setSecret adds what every node accepts already: a run that was stopped may not have made it last, nor told the replicas
/// and the Sentinels. Nothing is promoted while the service starts a node: it would come up with the credential that was
/// AWSCURRENT when its start began.
pub(super) fn decide_node_by_node(
    step: Step,
    version: VersionStage,
    pending: &PendingValue,
    server: &Server,
    verdicts: Verdicts,
) -> Result<Decision, Failure> {
    let Server { group, upkeep, change_asked, .. } = server;
    if verdicts.open != Verdict::Nowhere {
        return Err(Failure::permanent(
            "a node lets clients in without a credential, so a login proves nothing there; give its user the credential in \
             AWSCURRENT first, and rotate again. Nothing was touched",
        ));
    }
    if verdicts.any != Verdict::Everywhere || verdicts.current != Verdict::Everywhere {
        let forgets = *upkeep == Upkeep::UntilRestart && version == VersionStage::Current;
        return match (verdicts.any, verdicts.current) {
            _ if group.is_busy() => wait(&format!("not every node accepts AWSCURRENT; {group}")),
            (Verdict::Everywhere, Verdict::Somewhere) => restore("a node has lost AWSCURRENT"),
            (Verdict::Everywhere, _) if forgets => {
                restore("the nodes were started while AWSCURRENT moved, and have the one before")
            }
            (_, Verdict::Nowhere) => Err(current_is_refused(verdicts.pending)),
            (_, _) => Err(Failure::needs_human(
                "a node accepts neither AWSCURRENT nor AWSPENDING nor AWSPREVIOUS, so nobody here can get in. Nothing was \
                 touched. Give its user the credential in AWSCURRENT by hand, and rotate again",
            )),
        };
    }
    if version == VersionStage::Current {
        return Ok(Decision::Done { reason: "the version is AWSCURRENT, and every node accepts it" });
    }
    match (step, pending, verdicts.pending) {
        (Step::Test, PendingValue::Absent, _) => {
            Ok(Decision::Done { reason: "AWSPENDING has no value, so this is a test: every node accepts AWSCURRENT" })
        }
        (_, PendingValue::Absent | PendingValue::Illegal(_), _) => Err(no_usable_pending(step, pending)),
        (Step::Set, _, _) if !group.is_busy() && previous_would_stay(server, verdicts) => remove_previous(),
        (Step::Set, _, Verdict::Everywhere) if *change_asked => {
            Ok(Decision::Done { reason: "every node accepts AWSPENDING" })
        }
        (Step::Test, _, Verdict::Everywhere) => {
            Ok(Decision::Done { reason: "every node accepts AWSPENDING, and AWSCURRENT still" })
        }
        _ if group.is_busy() => wait(&group.to_string()),
        (Step::Finish, _, Verdict::Everywhere) => {
            Ok(Decision::Promote { reason: "every node accepts AWSPENDING, and AWSCURRENT still" })
        }
        (Step::Set | Step::Create, _, Verdict::Everywhere) => {
            Ok(Decision::AddPending { reason: "an earlier run may have been stopped before it was made to last" })
        }
        (Step::Set | Step::Create, _, _) => {
            Ok(Decision::AddPending { reason: "not every node accepts AWSPENDING yet" })
        }
        (Step::Test | Step::Finish, _, _) => Ok(Decision::AddPending { reason: "a node has lost AWSPENDING" }),
    }
}

fn restore(reason: &'static str) -> Result<Decision, Failure> {
    Ok(Decision::RestoreCurrent { reason })
}
