//! What clients are to connect with, by the secret and the server.

use backends::{Endpoints, Located, Rotatable};
use cloud::Clients;
use policy::{Failure, connection::Connection};
use runtime::versions::Versions;

/// Asks where clients connect to, with AWSCURRENT.
pub(crate) async fn read(clients: &Clients, secret: &Versions) -> Result<Connection, Failure> {
    let Located { places, username } = Rotatable::of(clients, &secret.target).locate(secret.current()).await?;
    let hosts = [places.primary.as_ref(), places.reader.as_ref()].into_iter().flatten();
    let hosts: Vec<String> = hosts.map(|place| place.host.clone()).collect();
    secret.check_owner(username.as_deref().unwrap_or("default"), &hosts)?;
    Ok(Connection {
        endpoints: places,
        username,
        credential: secret.current().clone(),
        secret_arn: secret.arn().to_owned(),
        secret_version_id: secret.current_version().to_owned(),
    })
}
