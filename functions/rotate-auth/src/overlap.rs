//! Runs one step of a rotation for a credential that overlaps: the old one and the new one are valid at the same time.
//!
//! The step observes the secret and the nodes, `policy` decides, and the step carries out that one decision: it stores a
//! new AWSPENDING, makes the nodes accept it, removes AWSPREVIOUS, or moves AWSCURRENT. Then it observes again, until the
//! step is complete. When time is up, it fails as Retryable, and the next attempt of the rotation continues from there.
//!
//! `reset` is the counterpart for a server that has one credential at a time.

use backends::{ElasticacheAuth, NodeByNode, Overlapping};
use cloud::{Clients, secrets_manager};
use policy::{
    Failure,
    outcome::{Measure, Outcome},
    rotation::{
        AfterPromotion, CloseOpenAccess, Decision, Facts, RestoreCurrent, decide_auth_token, decide_node_by_node,
        decide_user, needs_server,
    },
    server::{Propagation, Server},
};
use runtime::{change, deadline::Deadline, event::rotation::RotationEvent};
use secrecy::SecretString;

use crate::{
    pending::{discard_pending, put_pending},
    view::View,
};

/// What the step does after an action.
enum Next {
    /// Nothing: what was done completes it.
    Stop,
    /// Decide again on the same look at the server: only the secret has changed.
    DecideAgain,
    /// Look at the server again, after a pause.
    LookAgain,
}

/// The change that only one kind of credential needs, with what makes it.
enum Specific<'a> {
    /// Close the open access of a group.
    Close(ElasticacheAuth<'a>),
    /// Restore AWSCURRENT on the nodes that have lost it.
    Restore(NodeByNode<'a>),
}

/// Decides for the kind of credential: it can carry out whatever is decided.
fn decide<'a>(credential: Overlapping<'a>, facts: &Facts) -> Result<Decision<Specific<'a>>, Failure> {
    Ok(match credential {
        Overlapping::AuthToken(group) => decide_auth_token(facts)?.map(|CloseOpenAccess| Specific::Close(group)),
        Overlapping::User(_) | Overlapping::Issued(_) => decide_user(facts)?.map(|never| match never {}),
        Overlapping::NodeByNode(nodes) => decide_node_by_node(facts)?.map(|RestoreCurrent| Specific::Restore(nodes)),
    })
}

/// Carries out one step.
pub(crate) async fn run(
    clients: &Clients,
    event: &RotationEvent,
    mut deadline: Deadline,
    outcome: &mut Outcome,
    mut view: View,
    credential: Overlapping<'_>,
) -> Result<(), Failure> {
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
        let next = match decide(credential, &facts)? {
            Decision::Done { reason } => {
                outcome.left(event.step.as_str(), reason);
                if let Some(caveat) = server.as_ref().and_then(|server| server.propagation.caveat()) {
                    outcome.left("a restart", caveat);
                }
                Next::Stop
            }
            Decision::Wait { reason } => wait(&mut deadline, &reason).await?,
            Decision::CreatePending { reason } => {
                let made = generate(clients, &view, credential).await?;
                put_pending(clients, event, &view, &made, outcome, reason).await?;
                Next::Stop
            }
            Decision::DiscardPending { reason } => {
                return Err(discard_pending(clients, &view, event, outcome, reason).await?);
            }
            Decision::AddPending { reason } => {
                let pending = view.pending().expect("a pending value is legal only where there is one");
                let call = credential.add(pending.credential(), view.known());
                let made = change::make(outcome, "add-pending", reason, call).await?;
                let propagation = server.as_ref().map_or(Propagation::Service, |server| server.propagation);
                change_asked = propagation.is_pending(made);
                wait(&mut deadline, "the target accepts the pending credential").await?
            }
            Decision::RemovePrevious { reason } => {
                let previous = view.known().previous.expect("a previous value is accepted only where there is one");
                change::make(outcome, "remove-previous", reason, credential.remove(previous, view.current())).await?;
                wait(&mut deadline, "the target refuses AWSPREVIOUS").await?
            }
            Decision::Specific { change: Specific::Restore(nodes), reason } => {
                change::make(outcome, "restore-current", reason, nodes.restore(view.current(), view.known())).await?;
                wait(&mut deadline, "the nodes accept AWSCURRENT again").await?
            }
            Decision::Specific { change: Specific::Close(group), reason } => {
                let made = change::make(outcome, "close-open-access", reason, group.close(view.current())).await?;
                change_asked |= made.may_have_taken_effect();
                wait(&mut deadline, "the group closes access without a credential").await?
            }
            Decision::Promote { reason, then } => {
                change::make_or_fail(outcome, "promote", reason, view.promote(clients)).await?;
                match then {
                    AfterPromotion::DecideAgain => Next::DecideAgain,
                    AfterPromotion::LookAgain => Next::LookAgain,
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

/// Makes a credential that the backend accepts.
async fn generate(clients: &Clients, view: &View, credential: Overlapping<'_>) -> Result<SecretString, Failure> {
    let made = match credential {
        Overlapping::Issued(user) => user.generate().await?,
        Overlapping::AuthToken(_) | Overlapping::User(_) | Overlapping::NodeByNode(_) => {
            let length = view.secret.target.rotation.credential_length;
            secrets_manager::random_credential(clients.secrets_manager(), length).await?
        }
    };
    match policy::token::fault(&view.secret.target.backend, &made) {
        None => Ok(made),
        Some(why) => Err(Failure::permanent(format!("the generated credential is invalid: {why}"))),
    }
}
