//! A server whose nodes are changed one by one: each has its own ACL, and may lack what others have.

use super::{
    decision::{AfterPromotion, Decision, RestoreCurrent, remove_previous, wait},
    facts::{Facts, PendingValue, VersionStage},
    look::{Look, look, previous_would_stay},
    refusals::{current_is_refused, lets_everybody_in, no_usable_pending},
    step::Step,
};
use crate::{
    Failure,
    login::Verdict,
    server::{Propagation, Server},
};

/// Decides for such a server. A credential that is missing, after a stopped run or the restart of a node, is added again.
///
/// | step | version | AWSCURRENT accepted | AWSPENDING accepted | group | ⇒ |
/// |---|---|---|---|---|---|
/// | any | | some node accepts everybody | | | Permanent |
/// | any | | some node accepts no credential of the secret | | busy | Wait |
/// | any | | some node accepts no credential of the secret | | available | `NeedsHuman` |
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
/// setSecret adds a credential even if every node accepts it: a run that was stopped may not have persisted it, or may not
/// have updated the replicas and the Sentinels. Nothing is promoted while the service starts a node: the node would come up
/// with the credential that was AWSCURRENT when it began to start.
pub fn decide_node_by_node(facts: &Facts) -> Result<Decision<RestoreCurrent>, Failure> {
    let (server, verdicts) = match look(facts)? {
        Look::Decided(decision) => return Ok(decision),
        Look::At(server, verdicts) => (server, verdicts),
    };
    let Facts { step, version, pending, .. } = facts;
    let (step, version) = (*step, *version);
    let Server { group, propagation, change_asked, .. } = server;
    if verdicts.open != Verdict::Nowhere {
        return Err(lets_everybody_in());
    }
    if verdicts.any != Verdict::Everywhere || verdicts.current != Verdict::Everywhere {
        let forgets = *propagation == Propagation::UntilRestart && version == VersionStage::Current;
        return match (verdicts.any, verdicts.current) {
            _ if group.is_busy() => Ok(wait(&format!("not every node accepts AWSCURRENT; {group}"))),
            (Verdict::Everywhere, Verdict::Somewhere) => Ok(restore("a node has lost AWSCURRENT")),
            (Verdict::Everywhere, _) if forgets => {
                Ok(restore("the nodes were started while AWSCURRENT moved, and have the one before"))
            }
            (_, Verdict::Nowhere) => Err(current_is_refused(verdicts.pending)),
            (_, _) => Err(Failure::needs_human(
                "a node accepts neither AWSCURRENT nor AWSPENDING nor AWSPREVIOUS, so the function cannot log in",
            )
            .with_next_step("Give the user on that node the credential in AWSCURRENT by hand")),
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
        (Step::Set, _, _) if !group.is_busy() && previous_would_stay(server, verdicts) => Ok(remove_previous()),
        (Step::Set, _, Verdict::Everywhere) if *change_asked => {
            Ok(Decision::Done { reason: "every node accepts AWSPENDING" })
        }
        (Step::Test, _, Verdict::Everywhere) => {
            Ok(Decision::Done { reason: "every node accepts AWSPENDING, and still accepts AWSCURRENT" })
        }
        _ if group.is_busy() => Ok(wait(&group.to_string())),
        (Step::Finish, _, Verdict::Everywhere) => Ok(Decision::Promote {
            reason: "every node accepts AWSPENDING, and still accepts AWSCURRENT",
            then: after_promotion(*propagation),
        }),
        (Step::Set | Step::Create, _, Verdict::Everywhere) => {
            Ok(Decision::AddPending { reason: "an earlier run may have stopped before the credential was saved" })
        }
        (Step::Set | Step::Create, _, _) => {
            Ok(Decision::AddPending { reason: "not every node accepts AWSPENDING yet" })
        }
        (Step::Test | Step::Finish, _, _) => Ok(Decision::AddPending { reason: "a node has lost AWSPENDING" }),
    }
}

fn restore(reason: &'static str) -> Decision<RestoreCurrent> {
    Decision::Specific { change: RestoreCurrent, reason }
}

/// A node that restarted since the last look has the credential that was AWSCURRENT then.
fn after_promotion(propagation: Propagation) -> AfterPromotion {
    match propagation {
        Propagation::UntilRestart => AfterPromotion::LookAgain,
        Propagation::Service | Propagation::NodeByNode => AfterPromotion::DecideAgain,
    }
}
