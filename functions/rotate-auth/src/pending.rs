//! AWSPENDING: stored by a step, or discarded by it.

use cloud::{Clients, secrets_manager};
use policy::{Failure, outcome::Outcome};
use runtime::{change, event::rotation::RotationEvent};
use secrecy::SecretString;

use crate::view::View;

/// What outcomes call a new AWSPENDING.
const CREATE: &str = "create-pending";

/// Stores a credential as AWSPENDING. A value that another run stored meanwhile is kept.
pub(crate) async fn put_pending(
    clients: &Clients,
    event: &RotationEvent,
    view: &View,
    credential: &SecretString,
    outcome: &mut Outcome,
    reason: &str,
) -> Result<(), Failure> {
    let value = view.secret.current().with_credential(credential);
    let token = event.rotation_token.as_deref();
    outcome.requests_change();
    let put =
        secrets_manager::put_pending(clients.secrets_manager(), &event.secret_id, &event.version_id, token, &value);
    match put.await {
        Ok(()) => outcome.did(CREATE, reason),
        Err(error) if error.is("ResourceExistsException") => {
            outcome.left(CREATE, "another run stored a value meanwhile");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Removes AWSPENDING from a value that can never be used, and returns the failure that makes the rotation start again.
pub(crate) async fn discard_pending(
    clients: &Clients,
    view: &View,
    event: &RotationEvent,
    outcome: &mut Outcome,
    reason: String,
) -> Result<Failure, Failure> {
    let call = view.secret.discard_pending(clients, &event.version_id);
    change::make_or_fail(outcome, "discard-pending", reason.clone(), call).await?;
    Ok(Failure::retryable(format!(
        "AWSPENDING contained an invalid credential ({reason}), and was discarded; the next attempt makes a new one"
    )))
}
