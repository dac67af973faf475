//! Look, decide, act, until the step is done or time is up.

use backends::Credentials;
use cloud::{Clients, secrets_manager};
use policy::{
    Failure,
    outcome::{Measure, Outcome},
    rotation::{Decision, Facts, Server, Upkeep, decide, needs_server},
};
use runtime::{
    change::{self, Made},
    deadline::Deadline,
    event::rotation::RotationEvent,
};
use secrecy::SecretString;

use crate::{reset, view::View};

/// What an action leaves the step to do.
enum Next {
    /// Nothing: what was done completes it.
    Stop,
    /// Decide again on the same look at the server: only the secret has changed, and a service keeps the nodes as they are.
    DecideAgain,
    /// Look at the server again, after a pause.
    LookAgain,
}

/// Carries out one step.
pub(crate) async fn run(
    clients: &Clients,
    event: &RotationEvent,
    mut deadline: Deadline,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let mut view = View::read(clients, event).await?;
    outcome.target = Some(view.secret.target.name.clone());
    if let Some((database, renewal)) = reset::of(&view.secret.target) {
        return reset::run(clients, event, deadline, outcome, view, &database, &renewal).await;
    }
    let mut change_asked = false;
    let mut server: Option<Server> = None;
    loop {
        let pending = view.pending_value();
        if server.is_none() && needs_server(event.step, view.stage(), &pending) {
            let seen = view.observe_server(clients).await?;
            outcome.count(Measure::Logins, seen.nodes.len());
            server = Some(seen);
        }
        if let Some(server) = &mut server {
            server.change_asked = change_asked;
        }
        let facts = Facts {
            step: event.step,
            version: view.stage(),
            rotation_enabled: view.secret.rotation_enabled(),
            pending,
            server: server.clone(),
        };
        let next = match decide(&facts)? {
            Decision::Done { reason } => {
                outcome.left(event.step.as_str(), reason);
                if server.as_ref().is_some_and(|server| server.upkeep == Upkeep::UntilRestart) {
                    outcome
                        .left("a restart", "a node that restarts has only what it is started with, until the next run");
                }
                Next::Stop
            }
            Decision::Wait { reason } => wait(&mut deadline, &reason).await?,
            Decision::CreatePending { reason } => {
                match create_pending(clients, event, &view).await? {
                    Put::Done => outcome.did("create-pending", reason),
                    Put::ThereAlready => outcome.left("create-pending", "another run put a value meanwhile"),
                }
                Next::Stop
            }
            Decision::DiscardPending { reason } => {
                return Err(discard_pending(clients, &view, event, outcome, reason).await?);
            }
            Decision::AddPending { reason } => {
                let pending = view.pending().expect("a pending value is legal only where there is one");
                let asked = view.backend(clients).add(pending.credential(), view.known()).await;
                let made = change::note(asked, outcome, "add-pending", reason)?;
                change_asked = match server.as_ref().map(|server| server.upkeep) {
                    // A service carries out what it was asked for, though its answer be lost.
                    Some(Upkeep::Service) | None => change_asked || made.may_have_taken_effect(),
                    // Node by node, the ones after the lost answer have been told nothing.
                    Some(Upkeep::NodeByNode | Upkeep::UntilRestart) => made == Made::Yes,
                };
                wait(&mut deadline, "the target takes the pending credential").await?
            }
            Decision::RemovePrevious { reason } => {
                let previous = view.known().previous.expect("a previous value is accepted only where there is one");
                let asked = view.backend(clients).remove(previous, view.current()).await;
                change::note(asked, outcome, "remove-previous", reason)?;
                wait(&mut deadline, "the target refuses AWSPREVIOUS").await?
            }
            Decision::RestoreCurrent { reason } => {
                let asked = view.backend(clients).restore(view.current(), view.known()).await;
                change::note(asked, outcome, "restore-current", reason)?;
                wait(&mut deadline, "the nodes take AWSCURRENT again").await?
            }
            Decision::CloseOpenAccess { reason } => {
                let asked = view.backend(clients).close(view.current()).await;
                change_asked |= change::note(asked, outcome, "close-open-access", reason)?.may_have_taken_effect();
                wait(&mut deadline, "the group closes access without a credential").await?
            }
            Decision::Promote { reason } => {
                view.promote(clients).await?;
                outcome.did("promote", reason);
                match server.as_ref().map(|server| server.upkeep) {
                    Some(Upkeep::UntilRestart) => Next::LookAgain,
                    _ => Next::DecideAgain,
                }
            }
        };
        match next {
            Next::Stop => return Ok(()),
            Next::DecideAgain => {}
            Next::LookAgain => server = None,
        }
    }
}

/// Waits for one pause.
async fn wait(deadline: &mut Deadline, reason: &str) -> Result<Next, Failure> {
    deadline.wait(reason).await?;
    Ok(Next::LookAgain)
}

/// What became of a new AWSPENDING.
pub(crate) enum Put {
    /// It is there.
    Done,
    /// Another one was there before it, and stays.
    ThereAlready,
}

/// Makes a credential and keeps it as AWSPENDING.
async fn create_pending(clients: &Clients, event: &RotationEvent, view: &View) -> Result<Put, Failure> {
    let credential = match view.backend(clients).generate().await? {
        Some(credential) => credential,
        None => {
            let length = view.secret.target.rotation.credential_length;
            secrets_manager::random_credential(clients.secrets_manager(), length).await?
        }
    };
    if let Some(why) = policy::token::fault(&view.secret.target.backend, &credential) {
        return Err(Failure::permanent(format!("the credential that was made is no use: {why}")));
    }
    put_pending(clients, event, view, &credential).await
}

/// Keeps a credential as AWSPENDING.
pub(crate) async fn put_pending(
    clients: &Clients,
    event: &RotationEvent,
    view: &View,
    credential: &SecretString,
) -> Result<Put, Failure> {
    let value = view.secret.current().with_credential(credential);
    let token = event.rotation_token.as_deref();
    let put =
        secrets_manager::put_pending(clients.secrets_manager(), &event.secret_id, &event.version_id, token, &value)
            .await;
    match put {
        Ok(()) => Ok(Put::Done),
        Err(error) if error.is("ResourceExistsException") => Ok(Put::ThereAlready),
        Err(error) => Err(error.into()),
    }
}

/// Takes AWSPENDING off a value that can never be used, and gives the failure that makes the rotation begin anew.
pub(crate) async fn discard_pending(
    clients: &Clients,
    view: &View,
    event: &RotationEvent,
    outcome: &mut Outcome,
    reason: String,
) -> Result<Failure, Failure> {
    view.secret.discard_pending(clients, &event.version_id).await?;
    outcome.did("discard-pending", reason.clone());
    Ok(Failure::retryable(format!(
        "AWSPENDING held what the server will never take ({reason}), and was discarded; the next try makes a new one"
    )))
}
