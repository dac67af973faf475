//! What clients are to connect with, by the secret and the server.

use backends::{Endpoints, Located, Rotatable};
use cloud::{Clients, secrets_manager};
use policy::{Failure, connection::Connection, secret::SecretValue};
use runtime::secret::{Found, current_version, no_current};

/// Reads AWSCURRENT, and asks where clients connect to.
pub(crate) async fn read(clients: &Clients, found: &Found) -> Result<Connection, Failure> {
    let Found { target, description } = found;
    let id = current_version(target, description)?;
    let version = secrets_manager::version(&clients.secrets_manager, &description.arn, &id).await?;
    let value = SecretValue::read(target, &version.ok_or_else(|| no_current(target))?.value)?;
    let Located { places, username } = Rotatable::of(clients, target).locate(value.credential()).await?;
    let hosts = [places.primary.as_ref(), places.reader.as_ref()].into_iter().flatten();
    let hosts: Vec<String> = hosts.map(|place| place.host.clone()).collect();
    value.check_owner(target, username.as_deref().unwrap_or("default"), &hosts)?;
    Ok(Connection {
        endpoints: places,
        username,
        credential: value.credential().clone(),
        secret_arn: description.arn.clone(),
    })
}
