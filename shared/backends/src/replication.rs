//! What replicas log in to their primary with.

use cloud::CallError;
use secrecy::SecretString;

use crate::{
    login::DEFAULT_USER,
    persistence::Persistence,
    session::{Command, Session},
};

/// Makes a replica log in to its primary with this credential, now and after a restart, if it logs in as this user.
///
/// A node that logs in as another user is not changed. Neither is a node without `masterauth` that is the only one.
/// A link that is up stays up: the credential is used for the next one.
pub(crate) async fn follow_with(
    session: &mut Session,
    persistence: Persistence,
    username: &str,
    credential: &SecretString,
    alone: Alone,
) -> Result<(), CallError> {
    let follows_as = session.setting("masteruser").await?;
    let follows_as = if follows_as.is_empty() { DEFAULT_USER } else { follows_as.as_str() };
    if follows_as != username || (alone == Alone::Yes && session.setting("masterauth").await?.is_empty()) {
        return Ok(());
    }
    session.run::<()>(Command::new("CONFIG SET").arg("masterauth").secret("", credential)).await?;
    match persistence.save_settings() {
        Some(save) => session.run(save).await,
        None => Ok(()),
    }
}

/// Whether a node is the only one of its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alone {
    /// It is.
    Yes,
    /// There are others, and each of them can become the primary.
    No,
}
