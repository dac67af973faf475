//! AWSPENDING: put by a step, or discarded by it.

use cloud::{Clients, secrets_manager};
use policy::{Failure, outcome::Outcome};
use runtime::event::rotation::RotationEvent;
use secrecy::SecretString;

use crate::view::View;

/// What became of a new AWSPENDING.
pub(crate) enum Put {
    /// It is there.
    Done,
    /// Another one was there before it, and stays.
    ThereAlready,
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
        "AWSPENDING contained an invalid credential ({reason}), and was discarded; the next try makes a new one"
    )))
}
