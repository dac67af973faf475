//! A replication group that accepts clients without a credential: before its first rotation it has no token.

use super::{
    decision::{AfterPromotion, CloseOpenAccess, Decision, wait},
    facts::{Facts, PendingValue, VersionStage},
    refusals::not_set,
    step::Step,
};
use crate::{
    Failure,
    login::{Verdict, Verdicts},
    server::Server,
};

/// A server that accepts clients without a credential: it has no credential yet, or also accepts one.
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
/// "Applied" means that a login with AWSPENDING succeeds. Where every login succeeds, it means that the group reports a
/// token that was set after AWSPENDING was created. A mistake does no harm: AWSCURRENT logs in either way, and open access
/// is closed only with the token that was set last.
pub(super) fn decide_open(
    facts: &Facts,
    server: &Server,
    verdicts: Verdicts,
) -> Result<Decision<CloseOpenAccess>, Failure> {
    let Facts { step, version, pending, .. } = facts;
    let (step, version) = (*step, *version);
    let busy = server.group.is_busy() || server.change_asked;
    let applied =
        verdicts.pending == Verdict::Everywhere || (server.token_set_since_pending && !server.group.is_busy());
    match (step, version, pending) {
        (Step::Finish, VersionStage::Current, _) if busy => {
            Ok(wait("the group still accepts clients without a credential"))
        }
        (Step::Finish, VersionStage::Current, _) => Ok(Decision::Specific {
            change: CloseOpenAccess,
            reason: "AWSCURRENT has moved, and the group still accepts clients without a credential",
        }),
        (_, VersionStage::Current, _) => {
            Ok(Decision::Done { reason: "the version is AWSCURRENT; finishSecret closes the open access" })
        }
        (Step::Test, _, PendingValue::Absent) => Ok(Decision::Done {
            reason: "AWSPENDING has no value, so this is a test: the group requires no credential",
        }),
        (_, _, PendingValue::Absent | PendingValue::Illegal(_)) => Err(Failure::retryable(format!(
            "{step} was called without a usable AWSPENDING; createSecret is called first when the rotation is retried"
        ))),
        (Step::Finish, _, _) if applied => Ok(Decision::Promote {
            reason: "the group has applied AWSPENDING, and still accepts clients without a credential",
            then: AfterPromotion::DecideAgain,
        }),
        (_, _, _) if applied => Ok(Decision::Done { reason: "the group has applied AWSPENDING as its first token" }),
        (_, _, _) if busy => Ok(wait(&format!("the group has not applied AWSPENDING yet; {}", server.group))),
        (Step::Set, _, _) => Ok(Decision::AddPending { reason: "the group requires no credential yet" }),
        (_, _, _) => Err(not_set(step)),
    }
}
