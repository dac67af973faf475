//! Decides for a server that generates its credential itself on a reset, and refuses the previous one at once.
//!
//! The two are never valid at the same time, and the answer with the new one can be lost. So a reset is requested only if
//! its result can be read back, at most once in a run, and never after a reset whose result is not stored yet.

use super::{
    facts::{PendingValue, VersionStage},
    refusals::{check_event, current_is_refused, no_usable_pending, not_set},
    step::Step,
};
use crate::{
    Failure,
    login::{Answer, Verdict},
};

/// How many times a run looks at answers that contradict each other before it fails: what it reads can be slightly stale.
/// With the pauses in between this takes several seconds.
pub const LOOKS: u32 = 6;

/// Everything that [`decide_reset`] depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResetFacts {
    /// The step that was called.
    pub step: Step,
    /// The stage of the version that the event names.
    pub version: VersionStage,
    /// Whether rotation is switched on; `None` if Secrets Manager does not say.
    pub rotation_enabled: Option<bool>,
    /// AWSPENDING.
    pub pending: PendingLogin,
    /// What the server answers to AWSCURRENT.
    pub current: Answer,
    /// The server's own credential; see [`needs_own`].
    pub own: Own,
    /// Whether this run has asked for a reset.
    pub reset_asked: bool,
    /// How many looks this run has taken, this one included.
    pub looks: u32,
}

/// AWSPENDING, as far as a login can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingLogin {
    /// It has no value: the server has not generated one yet, or it was not stored.
    Absent,
    /// It is not a legal credential, for this reason.
    Illegal(String),
    /// It contains the same credential as AWSCURRENT.
    SameAsCurrent,
    /// It contains another credential, and this is the answer of the server to it.
    Asked(Answer),
}

/// The server's own credential, as the service that runs it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Own {
    /// It was not requested.
    NotAsked,
    /// The service hides it.
    Hidden,
    /// It was shown.
    Shown {
        /// Which of the secret's credentials it is.
        whose: Whose,
        /// What the server answers to it.
        login: Answer,
    },
}

/// Which of the secret's credentials one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// AWSCURRENT's.
    Current,
    /// AWSPENDING's.
    Pending,
    /// Neither.
    Neither,
}

/// What a step does next. Everything but `Done` and `TakeOwn` is followed by another look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResetDecision {
    /// The step has nothing left to do.
    Done {
        /// Why not.
        reason: &'static str,
    },
    /// Remove the AWSPENDING label from a value that the server refuses, so that the next attempt begins with a new one.
    DiscardPending {
        /// What is wrong with the value.
        reason: String,
    },
    /// Have the service reset the credential.
    Reset {
        /// Why.
        reason: &'static str,
    },
    /// Keep the server's own credential as AWSPENDING; it completes the step.
    TakeOwn {
        /// Why.
        reason: &'static str,
    },
    /// Move AWSCURRENT to the pending version.
    Promote {
        /// Why it is safe.
        reason: &'static str,
    },
    /// Look again later; leave with a retryable failure when time is up.
    Wait {
        /// For what.
        reason: &'static str,
    },
}

/// Whether the server's own credential has to be requested before [`decide_reset`] can decide.
///
/// Only if AWSPENDING does not log in: then a reset is still to be made, or its result is to be read.
pub fn needs_own(step: Step, version: VersionStage, pending: &PendingLogin) -> bool {
    let finishing_nothing = step == Step::Finish && *pending != PendingLogin::Asked(Answer::Refused);
    version == VersionStage::Pending && *pending != PendingLogin::Asked(Answer::Accepted) && !finishing_nothing
}

/// Decides what a step does next.
///
/// | step | version | AWSPENDING | AWSCURRENT | the server's own | ⇒ |
/// |---|---|---|---|---|---|
/// | any | unknown, or without a label | | | | Permanent |
/// | any | rotation switched off | | | | Permanent |
/// | create | current | | | | Done |
/// | other | current | | accepted | | Done |
/// | other | current | | refused | | Wait, then `NeedsHuman` |
/// | create, set, test | pending | accepted | | | Done |
/// | finish | pending | accepted | | | Promote |
/// | finish | pending | none to use | | | Retryable: createSecret comes first |
/// | create | pending | refused | | AWSPENDING's | Done: it is what setSecret waits for |
/// | set, test, finish | pending | refused | | AWSPENDING's | Wait |
/// | create | pending | refused, illegal or AWSCURRENT's | one of these two accepted | | `DiscardPending` |
/// | set, test, finish | pending | refused, illegal | | another | Retryable: createSecret comes first |
/// | set | pending | AWSCURRENT's | | | Retryable: createSecret comes first |
///
/// Where AWSPENDING has no value, or in testSecret AWSCURRENT's:
///
/// | AWSCURRENT | the server's own | create ⇒ | set ⇒ | test ⇒ |
/// |---|---|---|---|---|
/// | accepted | hidden | Permanent | Permanent | Permanent |
/// | accepted | AWSCURRENT's, accepted | Done | Reset; Wait, then Retryable in a run that has | Done: a test |
/// | accepted | another, accepted, in a run that has reset | Done | `TakeOwn` | Retryable |
/// | accepted | otherwise | Wait, then `NeedsHuman` | the same | the same |
/// | refused | another, accepted | Done | `TakeOwn` | Retryable |
/// | refused | hidden | `NeedsHuman` | `NeedsHuman` | `NeedsHuman` |
/// | refused | otherwise | Wait, then `NeedsHuman` | the same; Wait in a run that has reset | the same |
///
/// "Wait, then" takes [`LOOKS`] looks. If a run was stopped after a reset, or its answer was lost, AWSCURRENT is refused
/// and the server's own credential is accepted: that one becomes AWSPENDING, and nothing is reset again.
///
/// # Errors
/// - Permanent: the event does not fit the secret, rotation is switched off, or the result of a reset could not be read
///   back.
/// - Retryable: an earlier step has not taken effect; Secrets Manager runs the steps again.
/// - `NeedsHuman`: AWSCURRENT is not the server's own credential, or no known credential logs in.
///
/// # Repeating
/// The same facts give the same decision; after a decision is carried out, the facts give the next one or `Done`.
pub fn decide_reset(facts: &ResetFacts) -> Result<ResetDecision, Failure> {
    let ResetFacts { step, version, rotation_enabled, pending, current, own, .. } = facts;
    check_event(*version, *rotation_enabled)?;
    if *version == VersionStage::Current {
        return match (step, current) {
            (Step::Create, _) => done("the version is AWSCURRENT"),
            (_, Answer::Accepted) => done("the version is AWSCURRENT, and the server accepts it"),
            (_, Answer::Refused) => {
                wait_or(facts, "the server refuses AWSCURRENT", || current_is_refused(Verdict::Nowhere))
            }
        };
    }
    if *pending == PendingLogin::Asked(Answer::Accepted) {
        return match step {
            Step::Finish => Ok(ResetDecision::Promote { reason: "the server accepts AWSPENDING" }),
            _ => done("the server accepts AWSPENDING"),
        };
    }
    if *own == Own::NotAsked && needs_own(*step, *version, pending) {
        return Err(Failure::permanent(format!("{step} was decided before the server's own credential was read")));
    }
    match (pending, step) {
        (PendingLogin::Absent, Step::Finish) | (PendingLogin::SameAsCurrent, Step::Set | Step::Finish) => {
            Err(no_usable_pending(*step, &PendingValue::Absent))
        }
        (PendingLogin::Absent, _) | (PendingLogin::SameAsCurrent, Step::Test) => decide_without_pending(facts),
        (PendingLogin::Asked(_), _) if matches!(own, Own::Shown { whose: Whose::Pending, .. }) => match step {
            Step::Create => done("AWSPENDING is the server's own credential"),
            _ => wait("AWSPENDING is the server's own credential, and does not log in yet"),
        },
        (PendingLogin::Illegal(why), Step::Create) => discard(facts, why),
        (PendingLogin::Illegal(why), _) => Err(no_usable_pending(*step, &PendingValue::Illegal(why.clone()))),
        (PendingLogin::SameAsCurrent, Step::Create) => discard(facts, "it is the credential of AWSCURRENT"),
        (PendingLogin::Asked(_), Step::Create) => {
            discard(facts, "the server generates its credential, and refuses this one")
        }
        (PendingLogin::Asked(_), _) => Err(not_set(*step)),
    }
}

/// AWSPENDING contains no credential of its own: a reset is still to be made, or its result is to be read.
fn decide_without_pending(facts: &ResetFacts) -> Result<ResetDecision, Failure> {
    let ResetFacts { step, current, own, reset_asked, .. } = facts;
    match (current, own) {
        (Answer::Accepted, Own::Hidden) => Err(Failure::permanent(
            "Credential Protection hides the database's credentials, so a reset whose answer is lost could not be \
             recovered from",
        )
        .with_next_step("Switch Credential Protection off, or have the target renewed by `acl`")),
        (Answer::Refused, Own::Hidden) => Err(nothing_logs_in()),
        (Answer::Accepted, Own::Shown { whose: Whose::Current, login: Answer::Accepted }) => match step {
            Step::Test => done("AWSPENDING has nothing of its own, so this is a test: a reset can be recovered from"),
            Step::Set if *reset_asked => wait_or(facts, "the reset that was asked for takes effect", || {
                Failure::retryable(
                    "the reset was requested and its answer was lost, and AWSCURRENT is still accepted; the next \
                     attempt of the rotation checks again",
                )
            }),
            Step::Set => Ok(ResetDecision::Reset {
                reason: "AWSCURRENT is the server's own credential, and the service generates the next one",
            }),
            Step::Create | Step::Finish => done("AWSCURRENT logs in, and a reset can be recovered from"),
        },
        (Answer::Refused, Own::Shown { whose: Whose::Neither, login: Answer::Accepted }) => take_own(*step),
        (Answer::Accepted, Own::Shown { whose: Whose::Neither, login: Answer::Accepted }) if *reset_asked => {
            take_own(*step)
        }
        (Answer::Accepted, _) => wait_or(facts, "the service shows AWSCURRENT as the server's own credential", || {
            Failure::needs_human(
                "AWSCURRENT logs in, and is not the database's own REST token: a reset would cut off its users",
            )
            .with_next_step("Put the database's own token into AWSCURRENT, or have the target renewed by `acl`")
        }),
        (Answer::Refused, _) if *reset_asked => wait("the credential that the service has generated logs in"),
        (Answer::Refused, _) => wait_or(facts, "AWSCURRENT or the server's own credential logs in", nothing_logs_in),
    }
}

/// A reset has happened, and its result was not stored.
fn take_own(step: Step) -> Result<ResetDecision, Failure> {
    match step {
        Step::Set => Ok(ResetDecision::TakeOwn { reason: "a reset has generated this token" }),
        Step::Create | Step::Finish => done("a reset has happened already; setSecret keeps what it has left"),
        Step::Test => Err(not_set(step)),
    }
}

/// Discards a value only while something else logs in: otherwise the server itself may be what is late.
fn discard(facts: &ResetFacts, why: &str) -> Result<ResetDecision, Failure> {
    let own_logs_in = matches!(facts.own, Own::Shown { login: Answer::Accepted, .. });
    if own_logs_in || facts.current == Answer::Accepted {
        return Ok(ResetDecision::DiscardPending { reason: why.to_owned() });
    }
    wait_or(facts, "AWSCURRENT or the server's own credential logs in", nothing_logs_in)
}

fn done(reason: &'static str) -> Result<ResetDecision, Failure> {
    Ok(ResetDecision::Done { reason })
}

fn wait(reason: &'static str) -> Result<ResetDecision, Failure> {
    Ok(ResetDecision::Wait { reason })
}

/// Waits while what is read may be old, and then says so.
fn wait_or(
    facts: &ResetFacts,
    reason: &'static str,
    otherwise: impl FnOnce() -> Failure,
) -> Result<ResetDecision, Failure> {
    if facts.looks < LOOKS { wait(reason) } else { Err(otherwise()) }
}

fn nothing_logs_in() -> Failure {
    Failure::needs_human(
        "the server accepts neither AWSCURRENT nor the credential that the service shows as its own, if it shows one",
    )
    .with_next_step("Reset the password by hand, and put the new REST token into AWSCURRENT")
}

#[cfg(test)]
mod tests;
