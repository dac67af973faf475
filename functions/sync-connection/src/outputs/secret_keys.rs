//! Keys of a secret.

use cloud::{CallError, Clients, secrets_manager};
use policy::{
    Failure,
    connection::Connection,
    labels::AWSCURRENT,
    publication::{SecretKeysDecision, all_wanted, check_not_rotated, decide_secret_keys},
    target::SecretKeys,
};
use secrecy::SecretString;

use super::todo::Todo;

/// A change of a secret's value.
pub(super) struct Write {
    secret_id: String,
    value: SecretString,
}

pub(super) async fn look(
    clients: &Clients,
    connection: &Connection,
    at: &str,
    settings: &SecretKeys,
) -> Result<Todo<Write>, Failure> {
    let SecretKeys { secret_id, keys, url } = settings;
    let wanted = all_wanted(connection, &format!("{at}.keys"), keys, url)?;
    let description = secrets_manager::describe(clients.secrets_manager(), secret_id).await?;
    check_not_rotated(at, &description.arn, connection)?;
    let found = match description.version_with(AWSCURRENT) {
        Some(_) => Some(secrets_manager::current_value(clients.secrets_manager(), secret_id).await?),
        None => None,
    };
    Ok(match decide_secret_keys(at, secret_id, &wanted, found.as_ref())? {
        SecretKeysDecision::UpToDate => Todo::UpToDate,
        SecretKeysDecision::Write { value, reason } => {
            let write = Write { secret_id: secret_id.clone(), value };
            Todo::Write { what: "write-secret-keys", reason, change: write }
        }
    })
}

impl Write {
    pub(super) async fn make(self, clients: &Clients) -> Result<(), CallError> {
        secrets_manager::put_current(clients.secrets_manager(), &self.secret_id, &self.value).await
    }
}
