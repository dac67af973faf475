//! Runs one step of a rotation for an Upstash database whose token is replaced by a reset of its password.
//!
//! Upstash generates the new token and refuses the old one at once, so the two do not overlap. The step logs in with the
//! tokens of the secret and, if needed, with the database's own token. `policy` decides, and the step resets the password,
//! stores the new token as AWSPENDING, or moves AWSCURRENT. A run resets at most once, and reads the new token back if the
//! answer was lost.
//!
//! `overlap` is the counterpart for credentials of which two are valid at the same time.

use backends::upstash::UpstashReset;
use cloud::Clients;
use policy::{
    Failure,
    login::{Answer, NodeState},
    outcome::{Measure, Outcome},
    rotation::{
        PendingValue, VersionStage,
        reset::{Own, PendingLogin, ResetDecision, ResetFacts, Whose, decide_reset, needs_own},
    },
};
use runtime::{change, deadline::Deadline, event::rotation::RotationEvent};
use secrecy::SecretString;

use crate::{
    pending::{discard_pending, put_pending},
    view::View,
};

/// What this run has done so far.
#[derive(Default)]
struct Progress {
    /// Whether it has asked for a reset.
    reset_asked: bool,
    /// The credential in the answer to the reset: the service may never show it again.
    answered: Option<SecretString>,
    /// How many looks it has taken, since the reset if there was one.
    looks: u32,
}

/// What one look has seen.
struct Seen {
    pending: PendingLogin,
    current: Answer,
    own: Own,
    /// The server's own credential, where it was shown.
    own_token: Option<SecretString>,
}

/// Carries out one step.
pub(crate) async fn run(
    clients: &Clients,
    event: &RotationEvent,
    mut deadline: Deadline,
    outcome: &mut Outcome,
    mut view: View,
    database: UpstashReset<'_>,
) -> Result<(), Failure> {
    let mut progress = Progress::default();
    loop {
        progress.looks += 1;
        let looked = look(event, outcome, &view, database, &progress).await?;
        let seen = match looked {
            Ok(seen) => seen,
            Err(no_answer) => {
                deadline.wait(&no_answer).await?;
                continue;
            }
        };
        let facts = ResetFacts {
            step: event.step,
            version: view.stage(),
            rotation_enabled: view.secret.rotation_enabled(),
            pending: seen.pending,
            current: seen.current,
            own: seen.own,
            reset_asked: progress.reset_asked,
            looks: progress.looks,
        };
        match decide_reset(&facts)? {
            ResetDecision::Done { reason } => {
                outcome.left(event.step.as_str(), reason);
                return Ok(());
            }
            ResetDecision::Wait { reason } => deadline.wait(reason).await?,
            ResetDecision::DiscardPending { reason } => {
                return Err(discard_pending(clients, &view, event, outcome, reason).await?);
            }
            ResetDecision::Reset { reason } => {
                if !reset(outcome, &view, database, &mut progress, reason).await? {
                    deadline.wait("the service accepts a reset, or the result of another one is found").await?;
                }
            }
            ResetDecision::TakeOwn { reason } => {
                let own = seen.own_token.expect("a credential that logs in was shown");
                put_pending(clients, event, &view, &own, outcome, reason).await?;
                return Ok(());
            }
            ResetDecision::Promote { reason } => {
                change::make_or_fail(outcome, "promote", reason, view.promote(clients)).await?;
                return Ok(());
            }
        }
    }
}

/// Logs in with what the secret knows, and with the database's own credential where that is needed; `Err` with a sentence
/// if the database gives no answer.
async fn look(
    event: &RotationEvent,
    outcome: &mut Outcome,
    view: &View,
    database: UpstashReset<'_>,
    progress: &Progress,
) -> Result<Result<Seen, String>, Failure> {
    let hosts = [database.host().to_owned()];
    view.check_owner(database.username(), &hosts)?;
    macro_rules! log_in {
        ($token:expr) => {{
            outcome.count(Measure::Logins, 1);
            match database.log_in($token).await {
                Ok(answer) => answer,
                Err(no_answer) => return Ok(Err(sentence(&no_answer))),
            }
        }};
    }
    let pending = match view.pending_value() {
        PendingValue::Absent => PendingLogin::Absent,
        PendingValue::Illegal(why) => PendingLogin::Illegal(why),
        PendingValue::Legal => match view.pending() {
            Some(value) if !value.has_credential_of(view.secret.current()) => {
                PendingLogin::Asked(log_in!(value.credential()))
            }
            _ => PendingLogin::SameAsCurrent,
        },
    };
    let current = log_in!(view.current());
    let (mut own, mut own_token) = (Own::NotAsked, None);
    if needs_own(event.step, view.stage(), &pending) {
        own = Own::Hidden;
        if let Some(answered) = &progress.answered {
            own = Own::Shown { whose: whose(view, answered), login: log_in!(answered) };
            own_token = Some(answered.clone());
        }
        if !matches!(own, Own::Shown { login: Answer::Accepted, .. })
            && let Some(shown) = database.own_token().await?
        {
            own = Own::Shown { whose: whose(view, &shown), login: log_in!(&shown) };
            own_token = Some(shown);
        }
    }
    Ok(Ok(Seen { pending, current, own, own_token }))
}

/// Makes the service reset the credential. Returns whether it may have done so.
///
/// AWSCURRENT has to log in once more right before the reset. If it does not, another run has reset the credential since
/// the last look, and the next look finds the result. There is no lock, so two runs can still reset between this login and
/// the call. Then the credential of the second reset is found in the same way, and clients wait a little longer for it.
async fn reset(
    outcome: &mut Outcome,
    view: &View,
    database: UpstashReset<'_>,
    progress: &mut Progress,
    reason: &str,
) -> Result<bool, Failure> {
    let api = database.api().await?;
    outcome.count(Measure::Logins, 1);
    if database.log_in(view.current()).await != Ok(Answer::Accepted) {
        return Ok(false);
    }
    let (made, answered) = change::ask(outcome, "reset-password", reason, api.reset_password()).await?;
    if made.may_have_taken_effect() {
        *progress = Progress { reset_asked: true, answered: answered.flatten(), looks: 0 };
    }
    Ok(made.may_have_taken_effect())
}

/// Which of the secret's credentials a token is.
fn whose(view: &View, token: &SecretString) -> Whose {
    match view.pending() {
        _ if view.secret.current().is_credential(token) => Whose::Current,
        Some(pending) if view.stage() == VersionStage::Pending && pending.is_credential(token) => Whose::Pending,
        _ => Whose::Neither,
    }
}

/// Why the database gave no answer.
fn sentence(no_answer: &NodeState) -> String {
    match no_answer {
        NodeState::NotReady(code) => format!("the database does not accept logins now: {code}"),
        NodeState::Unreachable(why) => why.clone(),
        NodeState::Asked { .. } => "the database answered".to_owned(),
    }
}
