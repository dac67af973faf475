//! Runs a retirement: looks at the target, decides, and makes one change at a time.

use backends::{Backend, Credentials, NodeByNode, Observed, Overlapping};
use cloud::Clients;
use policy::{
    Failure,
    moving::History,
    outcome::{Measure, Outcome},
    retirement::{Decision, Facts, REPLACED, Restore, decide_node_by_node, decide_service, needs_consumers},
    secret::PreviousValue,
    server::Server,
    token,
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
struct Change<'a> {
    what: &'static str,
    kind: Kind<'a>,
    reason: &'static str,
}

/// What a change is, with what makes it.
enum Kind<'a> {
    Remove,
    Restore(NodeByNode<'a>, Restore),
    MarkRetired,
}

/// Decides for the kind of credential: it can carry out whatever is decided.
fn decide<'a>(credential: Overlapping<'a>, facts: &Facts) -> Result<Decision<(NodeByNode<'a>, Restore)>, Failure> {
    Ok(match credential {
        Overlapping::AuthToken(_) | Overlapping::User(_) | Overlapping::Issued(_) => {
            decide_service(facts)?.map(|never| match never {})
        }
        Overlapping::NodeByNode(nodes) => decide_node_by_node(facts)?.map(|restore| (nodes, restore)),
    })
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
        let change = match decide(credential, &facts)? {
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
            Decision::Specific { change: (nodes, restore), reason } => {
                let what = match restore {
                    Restore::Current => "restore-current",
                    Restore::Previous => "restore-previous",
                };
                Change { what, kind: Kind::Restore(nodes, restore), reason }
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
        let Change { what, kind, reason } = change;
        let current = secret.current().credential();
        let previous = secret.previous().expect("a change is decided only where there is another credential before it");
        match kind {
            Kind::MarkRetired => {
                change::make_or_fail(outcome, what, reason, secret.mark_retired(clients)).await?;
                tell_failed_logins(credential, &secret, began_ms, outcome).await?;
                return Ok(());
            }
            Kind::Remove => {
                let made = change::make(outcome, what, reason, credential.remove(previous, current)).await?;
                change_asked |= made.may_have_taken_effect();
            }
            Kind::Restore(nodes, restore) => {
                let lost = match restore {
                    Restore::Current => current,
                    Restore::Previous => previous,
                };
                change::make(outcome, what, reason, nodes.restore(lost, secret.known())).await?;
            }
        }
        deadline.wait("the server applies the change").await?;
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
        current_fault: token::fault(&secret.target.backend, secret.current().credential()),
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

/// Records the logins that were refused since then. A consumer that still uses the previous credential is among them.
async fn tell_failed_logins(
    credential: Overlapping<'_>,
    secret: &Secret,
    since_ms: u64,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let Overlapping::NodeByNode(nodes) = credential else { return Ok(()) };
    match nodes.failed_logins(secret.current().credential()).await {
        Ok(failed) => outcome.saw_failed_logins(failed.into_iter().filter(|login| login.last_ms >= since_ms).collect()),
        // The retirement is done; only this report is missing.
        Err(failure) => outcome.left("failed logins", format!("they cannot be read: {}", failure.chain())),
    }
    Ok(())
}
