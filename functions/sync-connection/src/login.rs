//! What the nodes say to AWSCURRENT.

use backends::{Credentials, Known, Observed, Rotatable};
use cloud::Clients;
use policy::{
    Failure,
    login::{Node, Verdict, sum_up},
    outcome::{Measure, Outcome},
};
use runtime::versions::Versions;

/// Asks every node for AWSCURRENT.
///
/// # Errors
/// `NeedsHuman` where the secret says that it belongs to another Redis; otherwise those of the calls that find the nodes.
pub(crate) async fn ask(clients: &Clients, secret: &Versions, outcome: &mut Outcome) -> Result<Vec<Node>, Failure> {
    let known = Known { pending: None, current: secret.current(), previous: secret.previous(), version: None };
    let Observed { server, username, hosts } = Rotatable::of(clients, &secret.target).observe(known).await?;
    outcome.count(Measure::Logins, server.nodes.len());
    secret.check_owner(&username, &hosts)?;
    Ok(server.nodes)
}

/// Holds that every node accepts AWSCURRENT.
///
/// # Errors
/// - Retryable where a node gives no answer.
/// - `NeedsHuman` where one refuses it, or lets clients in with nothing: a login proves nothing there.
pub(crate) async fn everywhere(clients: &Clients, secret: &Versions, outcome: &mut Outcome) -> Result<(), Failure> {
    let nodes = ask(clients, secret, outcome).await?;
    let verdicts = sum_up(&nodes).map_err(Failure::retryable)?;
    match (verdicts.open, verdicts.current) {
        (Verdict::Nowhere, Verdict::Everywhere) => Ok(()),
        (Verdict::Somewhere | Verdict::Everywhere, _) => Err(Failure::needs_human(
            "the Redis that the settings name lets clients in with nothing; have it ask for a credential first",
        )),
        (Verdict::Nowhere, Verdict::Somewhere | Verdict::Nowhere) => Err(Failure::needs_human(format!(
            "AWSCURRENT of the secret {} is not accepted by every node of the Redis that the settings name; put the \
             credential that they accept there",
            secret.target.secret.id
        ))),
    }
}
