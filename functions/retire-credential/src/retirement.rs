//! Look, decide, act, until nothing is left to do, something else comes first, or time is up.

use backends::{Backend, Credentials, NodeByNode, Observed, Overlapping};
use cloud::Clients;
use policy::{
    Failure,
    moving::History,
    outcome::{Measure, Outcome},
    retirement::{Decision, Facts, REPLACED, decide, needs_consumers},
    secret::PreviousValue,
    server::Server,
};
use runtime::{
    change, consumers,
    deadline::Deadline,
    moment::now_ms,
    secret::{self, Secret, Versions},
};

/// The item in outcomes that this function is about.
const PREVIOUS_CREDENTIAL: &str = "previous credential";

/// A change, its name in outcomes, and its reason.
struct Change {
    what: &'static str,
    kind: Kind,
    reason: &'static str,
}

enum Kind {
    Remove,
    RestoreCurrent,
    RestorePrevious,
    MarkRetired,
}

/// Retires the previous credential of a target, if that is safe now.
pub(crate) async fn run(
    clients: &Clients,
    history: History,
    mut deadline: Deadline,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let target = &history.in_effect().target;
    let backend = Backend::of(clients, target);
    let credential = match backend.credentials() {
        Credentials::Overlapping(credential) => credential,
        Credentials::Replaced(_) => {
            outcome.left(PREVIOUS_CREDENTIAL, REPLACED);
            return Ok(());
        }
    };
    let began_ms = now_ms(clients);
    let description = secret::describe(clients, target).await?;
    let mut secret = Secret::read(clients, target.clone(), description, Versions::All).await?;
    let mut change_asked = false;
    loop {
        let facts = look(clients, backend, &secret, change_asked, outcome).await?;
        let change = match decide(&facts)? {
            Decision::Kept { reason } => {
                outcome.left(PREVIOUS_CREDENTIAL, reason);
                if facts.secret.previous == (PreviousValue::Another { retired: true }) {
                    // The label was the last change of the secret, unless something else changed it later.
                    let since_ms = secret.changed_ms().unwrap_or(began_ms);
                    tell_failed_logins(credential, &secret, since_ms, outcome).await?;
                }
                return Ok(());
            }
            Decision::Blocked { by } => {
                for waiting in &by {
                    tracing::info!(waiting.what, waiting.reason, "blocked");
                }
                outcome.waits(by);
                return Ok(());
            }
            Decision::Wait { reason } if outcome.dry_run => {
                outcome.left(PREVIOUS_CREDENTIAL, reason);
                return Ok(());
            }
            Decision::Wait { reason } => {
                deadline.wait(&reason).await?;
                continue;
            }
            Decision::Remove { reason } => Change { what: "remove-previous", kind: Kind::Remove, reason },
            Decision::RestoreCurrent { reason } => {
                Change { what: "restore-current", kind: Kind::RestoreCurrent, reason }
            }
            Decision::RestorePrevious { reason } => {
                Change { what: "restore-previous", kind: Kind::RestorePrevious, reason }
            }
            Decision::MarkRetired { reason } => Change { what: "mark-retired", kind: Kind::MarkRetired, reason },
        };
        if outcome.dry_run {
            outcome.would(change.what, change.reason);
            return Ok(());
        }
        // A rotation may have moved a label since it was read; the decision was about other credentials then.
        if let Some(description) = secret.changed(clients).await? {
            tracing::info!("a label of the secret has moved since it was read");
            secret = Secret::read(clients, secret.target, description, Versions::All).await?;
            continue;
        }
        match change.kind {
            Kind::MarkRetired => {
                secret.mark_retired(clients).await?;
                outcome.did(change.what, change.reason);
                tell_failed_logins(credential, &secret, began_ms, outcome).await?;
                return Ok(());
            }
            _ => {
                change_asked |= apply(credential, &secret, &change, outcome).await?;
                deadline.wait("the server applies the change").await?;
            }
        }
    }
}

/// Looks at the server, and at the consumers where they matter.
async fn look(
    clients: &Clients,
    backend: Backend<'_>,
    secret: &Secret,
    change_asked: bool,
    outcome: &mut Outcome,
) -> Result<Facts, Failure> {
    let mut facts = Facts {
        now_ms: now_ms(clients),
        settings: secret.target.retirement.clone(),
        secret: secret.facts(),
        server: None,
        consumers: None,
    };
    if facts.secret.nothing_to_retire().is_some() || facts.secret.previous == PreviousValue::Unreadable {
        return Ok(facts);
    }
    let Observed { server, username, hosts } = backend.observe(secret.known()).await?;
    outcome.count(Measure::Logins, server.nodes.len());
    secret.current().check_owner(&secret.target, &username, &hosts)?;
    facts.server = Some(Server { change_asked, ..server });
    if needs_consumers(&facts) {
        facts.consumers = Some(consumers::observe(clients, secret).await?);
    }
    Ok(facts)
}

/// Makes one change of the server; says whether its effect is to be waited for.
async fn apply(
    credential: Overlapping<'_>,
    secret: &Secret,
    change: &Change,
    outcome: &mut Outcome,
) -> Result<bool, Failure> {
    let Some(previous) = secret.previous() else { return Ok(false) };
    let asked = match change.kind {
        Kind::Remove => credential.remove(previous, secret.current().credential()).await,
        Kind::RestoreCurrent => nodes(credential)?.restore(secret.current().credential(), secret.known()).await,
        Kind::RestorePrevious => nodes(credential)?.restore(previous, secret.known()).await,
        Kind::MarkRetired => Ok(()),
    };
    let made = change::note(asked, outcome, change.what, change.reason)?;
    Ok(made.may_have_taken_effect() && matches!(change.kind, Kind::Remove))
}

/// The nodes on which a credential can be restored.
///
/// # Errors
/// Never where [`decide`] is right: it restores only where nodes are changed one by one.
fn nodes(credential: Overlapping<'_>) -> Result<NodeByNode<'_>, Failure> {
    match credential {
        Overlapping::NodeByNode(nodes) => Ok(nodes),
        Overlapping::AuthToken(_) | Overlapping::User(_) | Overlapping::Issued(_) => {
            Err(Failure::permanent("a service propagates the credential to its nodes, so there is none to restore"))
        }
    }
}

/// Records who was refused since: among them is every consumer that still uses the previous credential.
async fn tell_failed_logins(
    credential: Overlapping<'_>,
    secret: &Secret,
    since_ms: u64,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let Overlapping::NodeByNode(nodes) = credential else { return Ok(()) };
    match nodes.failed_logins(secret.current().credential()).await {
        Ok(failed) => outcome.saw_failed_logins(failed.into_iter().filter(|login| login.last_ms >= since_ms).collect()),
        // The retirement is done; only the report of who noticed is missing.
        Err(failure) => outcome.left("failed logins", format!("they cannot be read: {}", failure.chain())),
    }
    Ok(())
}
