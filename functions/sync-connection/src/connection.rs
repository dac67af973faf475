//! What clients connect with: from the secret and the server.

use backends::{Endpoints, Located, Rotatable};
use cloud::Clients;
use policy::{Failure, connection::Connection};
use runtime::secret::Secret;

/// Asks the backend for its endpoints, and puts AWSCURRENT beside them.
pub(crate) async fn read(clients: &Clients, secret: &Secret) -> Result<Connection, Failure> {
    let Located { places, username } =
        Rotatable::of(clients, &secret.target).locate(secret.current().credential()).await?;
    let hosts = [places.primary.as_ref(), places.reader.as_ref()].into_iter().flatten();
    let hosts: Vec<String> = hosts.map(|place| place.host.clone()).collect();
    secret.current().check_owner(&secret.target, username.as_deref().unwrap_or("default"), &hosts)?;
    Ok(Connection {
        endpoints: places,
        username,
        credential: secret.current().credential().clone(),
        secret_arn: secret.arn().to_owned(),
        secret_version_id: secret.current_version().to_owned(),
    })
}
