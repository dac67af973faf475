//! What replicas log in to their primary with.

use cloud::CallError;
use secrecy::SecretString;

use crate::{
    login::DEFAULT_USER,
    persistence::Persistence,
    session::{Command, Session},
};

/// Has a node follow a primary with this credential, now and after a restart, where it follows as this user.
///
/// A node that follows as another user is left alone. So is one with no `masterauth` at all, where it is the only node.
/// A link that is up stays up: the credential is for the next one.
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
    /// There are others, and each may be the primary tomorrow.
    No,
}
