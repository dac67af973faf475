//! A login with a URL, as clients do it.

use policy::Failure;
use redis::{ConnectionAddr, IntoConnectionInfo};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    dial::{Address, dial},
    session::{code, describe, is_connection_trouble, is_not_ready},
};

/// Connects with a URL and nothing else, and sends a PING. A login that is refused is an error here: what is about to be
/// published does not work.
///
/// # Errors
/// - Retryable where the server cannot be reached, or does not serve clients now.
/// - `NeedsHuman` where it refuses the login.
/// - Permanent where the text is no URL.
pub async fn log_in(url: &SecretString, what: &str) -> Result<(), Failure> {
    // The parser's own error is left out: it may quote the URL.
    let unreadable = || Failure::permanent(format!("{what} is no URL that a client can read; nothing was written"));
    let info = url.expose_secret().into_connection_info().map_err(|_| unreadable())?;
    let address = match info.addr() {
        ConnectionAddr::Tcp(host, port) => Address { host, port: *port, tls: false },
        ConnectionAddr::TcpTls { host, port, .. } => Address { host, port: *port, tls: true },
        _ => return Err(unreadable()),
    };
    let answer = async {
        let mut connection = dial(address, info.redis_settings()).await?;
        redis::cmd("PING").query_async::<()>(&mut connection.redis).await
    };
    match answer.await {
        Ok(()) => Ok(()),
        // A user without the right to PING is logged in too.
        Err(error) if error.code() == Some("NOPERM") => Ok(()),
        Err(error) if is_not_ready(&error) || is_connection_trouble(&error) => Err(Failure::retryable(format!(
            "cannot connect with {what}: {}. Nothing was written; the next run tries again",
            describe(&error)
        ))),
        Err(error) => Err(Failure::needs_human(format!(
            "the login with {what} was refused ({}). Nothing was written. See whether AWSCURRENT is the credential of this \
             Redis, and its user",
            code(&error)
        ))),
    }
}
