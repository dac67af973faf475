//! What is decided before the answers of the nodes matter, for every kind of server.

use super::{
    decision::Decision,
    facts::{Facts, PendingValue, VersionStage},
    refusals::check_event,
    step::Step,
};
use crate::{
    Failure,
    login::{Verdict, Verdicts, sum_up},
    server::{Capacity, Server},
};

/// What can be decided without the answers of the nodes.
pub(super) enum Look<'a, Specific> {
    /// All the way.
    Decided(Decision<Specific>),
    /// Every node has answered, and these answers decide.
    At(&'a Server, Verdicts),
}

/// Decides what needs no server, or no more than whether its nodes answer; see [`super::decide_auth_token`] for the table.
pub(super) fn look<Specific>(facts: &Facts) -> Result<Look<'_, Specific>, Failure> {
    let Facts { step, version, rotation_enabled, pending, server } = facts;
    check_event(*version, *rotation_enabled)?;
    match (step, server) {
        (Step::Create, server) => Ok(Look::Decided(create(*version, pending, server.as_ref()))),
        (_, Some(server)) => Ok(match sum_up(&server.nodes) {
            Ok(verdicts) => Look::At(server, verdicts),
            Err(reason) => Look::Decided(Decision::Wait { reason }),
        }),
        (_, None) => Err(Failure::permanent(format!("{step} was decided before the server was observed"))),
    }
}

fn create<Specific>(version: VersionStage, pending: &PendingValue, server: Option<&Server>) -> Decision<Specific> {
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
            None => Decision::Wait { reason: "the server was not asked about AWSPENDING".to_owned() },
        },
    }
}

/// Whether AWSPREVIOUS would stay valid after this rotation although the secret no longer contains it: the rotation makes
/// AWSCURRENT the next AWSPREVIOUS, and a retirement removes only that one.
pub(super) fn previous_would_stay(server: &Server, verdicts: Verdicts) -> bool {
    server.capacity == Capacity::Unlimited && verdicts.previous != Verdict::Nowhere
}
