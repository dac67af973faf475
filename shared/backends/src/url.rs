//! A login with a URL, as clients do it.

use policy::Failure;
use redis::{AsyncConnectionConfig, Client};
use secrecy::{ExposeSecret, SecretString};

use crate::session::{PATIENCE, describe, is_connection_trouble, is_not_ready};

/// Connects with a URL and nothing else, and sends a PING. A login that is refused is an error here: what is about to be
/// published does not work.
///
/// # Errors
/// - Retryable where the server cannot be reached, or serves nobody for now.
/// - `NeedsHuman` where it refuses the login.
/// - Permanent where the text is no URL.
pub async fn log_in(url: &SecretString, what: &str) -> Result<(), Failure> {
    // The parser's own error is left out: it may quote the URL.
    let client = Client::open(url.expose_secret())
        .map_err(|_| Failure::permanent(format!("{what} is no URL that a client can read; nothing was written")))?;
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    let answer = async {
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        redis::cmd("PING").query_async::<()>(&mut connection).await
    };
    match answer.await {
        Ok(()) => Ok(()),
        // Whoever may not PING is logged in all the same.
        Err(error) if error.code() == Some("NOPERM") => Ok(()),
        Err(error) if is_not_ready(&error) || is_connection_trouble(&error) => Err(Failure::retryable(format!(
            "nobody could be reached with {what}: {}; it is tried again, and nothing is written before",
            describe(&error)
        ))),
        Err(error) => Err(Failure::needs_human(format!(
            "the login with {what} was refused ({}). Nothing was written. See whether AWSCURRENT is the credential of this \
             Redis, and its user",
            error.code().unwrap_or("no reason given")
        ))),
    }
}
