//! What clients connect with: from the secret and the server.

use backends::{Backend, Located};
use cloud::Clients;
use policy::{Failure, connection::Connection};
use runtime::secret::Secret;

/// Asks the backend for its endpoints, and puts AWSCURRENT beside them.
pub(crate) async fn read(clients: &Clients, secret: &Secret) -> Result<Connection, Failure> {
    let Located { endpoints, username } =
        Backend::of(clients, &secret.target).endpoints(secret.current().credential()).await?;
    let hosts = [endpoints.primary.as_ref(), endpoints.reader.as_ref()].into_iter().flatten();
    let hosts: Vec<String> = hosts.map(|endpoint| endpoint.host.clone()).collect();
    secret.current().check_owner(&secret.target, username.as_deref().unwrap_or("default"), &hosts)?;
    Ok(Connection {
        endpoints,
        username,
        credential: secret.current().credential().clone(),
        secret_arn: secret.arn().to_owned(),
        secret_version_id: secret.current_version().to_owned(),
    })
}
