//! What the nodes answer to AWSCURRENT.

use backends::{Backend, Observed};
use cloud::Clients;
use policy::{
    Failure,
    login::Node,
    moving::check_nodes,
    outcome::{Measure, Outcome},
};
use runtime::secret::Secret;

/// Logs in to every node with AWSCURRENT.
///
/// # Errors
/// `NeedsHuman` if the secret says that it belongs to another Redis; otherwise those of the calls that find the nodes.
pub(crate) async fn ask(clients: &Clients, secret: &Secret, outcome: &mut Outcome) -> Result<Vec<Node>, Failure> {
    let Observed { server, username, hosts } = Backend::of(clients, &secret.target).observe(secret.known()).await?;
    outcome.count(Measure::Logins, server.nodes.len());
    secret.current().check_owner(&secret.target, &username, &hosts)?;
    Ok(server.nodes)
}

/// Requires that every node accepts AWSCURRENT.
///
/// # Errors
/// As [`ask`] and [`check_nodes`].
pub(crate) async fn check_everywhere(clients: &Clients, secret: &Secret, outcome: &mut Outcome) -> Result<(), Failure> {
    check_nodes(&ask(clients, secret, outcome).await?, &secret.target.secret.id)
}
