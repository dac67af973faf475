//! Why a step is refused, with a class and a way out.

use super::{
    facts::{PendingValue, VersionStage},
    step::Step,
};
use crate::{Failure, login::Verdict};

/// Refuses an event that does not fit the secret.
pub(super) fn check_event(version: VersionStage, rotation_enabled: Option<bool>) -> Result<(), Failure> {
    if rotation_enabled == Some(false) {
        return Err(Failure::permanent("rotation is switched off for this secret")
            .with_last_step("Switch the rotation on, if the secret is still to be rotated"));
    }
    match version {
        VersionStage::Unknown => {
            Err(Failure::permanent("the event's ClientRequestToken is not a version of this secret")
                .with_last_step("Leave the invocation of this function to Secrets Manager"))
        }
        VersionStage::Unlabelled => Err(Failure::permanent(
            "the event's version is neither AWSPENDING nor AWSCURRENT: its rotation was abandoned",
        )
        .with_next_step("Look in the log for why that rotation was abandoned")),
        VersionStage::Pending | VersionStage::Current => Ok(()),
    }
}

pub(super) fn no_usable_pending(step: Step, pending: &PendingValue) -> Failure {
    Failure::retryable(match pending {
        PendingValue::Illegal(why) => format!(
            "AWSPENDING contains a credential that the server does not accept ({why}); createSecret discards it when \
             the rotation is retried"
        ),
        _ => format!(
            "{step} was called before AWSPENDING had a value; createSecret is called first when the rotation is retried"
        ),
    })
}

pub(super) fn not_set(step: Step) -> Failure {
    Failure::retryable(format!(
        "{step}: no node accepts AWSPENDING, so setSecret has not taken effect; it is called again when the rotation \
         is retried"
    ))
}

pub(super) fn current_is_refused(pending: Verdict) -> Failure {
    let pending = match pending {
        Verdict::Everywhere => "every node accepts AWSPENDING: if that is the right credential, move AWSCURRENT to it",
        Verdict::Somewhere => "only some nodes accept AWSPENDING",
        Verdict::Nowhere => "no node accepts AWSPENDING either: the secret and the server have diverged",
    };
    Failure::needs_human(format!("no node accepts AWSCURRENT, and {pending}"))
        .with_next_step("Find the credential that the server accepts, and put it into AWSCURRENT")
}

pub(super) fn lets_everybody_in() -> Failure {
    Failure::permanent(
        "a node accepts clients without a credential, or the user with any, so a login proves nothing there",
    )
    .with_next_step("Give the user on that node the credential in AWSCURRENT")
}
