//! Queries a server directly. A connection through its gate would be counted, and faults could hit it.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail, ensure};
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout};

/// The timeout of one query. It is long because the machine may be busy with other tests.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The longest wait for a server to reach a state.
const PATIENCE: Duration = Duration::from_secs(15);
/// The interval between two checks during that wait.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A user name and a password.
pub(super) type Login<'a> = (&'a str, &'a SecretString);

/// Runs one command on a new connection, after `AUTH` if there is a login.
pub(super) async fn ask<T: FromRedisValue>(
    server: SocketAddr,
    login: Option<Login<'_>>,
    question: &Cmd,
) -> anyhow::Result<T> {
    let talk = async {
        let mut connection = connect(server).await?;
        if let Some((username, password)) = login {
            let mut auth = redis::cmd("AUTH");
            auth.arg(username).arg(password.expose_secret());
            // Redis can quote the command in its error, so the error is left out.
            ensure!(auth.query_async::<()>(&mut connection).await.is_ok(), "{server} rejects the login of {username}");
        }
        Ok(question.query_async(&mut connection).await?)
    };
    timeout(ANSWER_LIMIT, talk).await.with_context(|| format!("{server} does not answer"))?
}

/// Whether the server accepts this login. Without a user name, it sends `AUTH password`.
pub(super) async fn accepts(
    server: SocketAddr,
    username: Option<&str>,
    password: &SecretString,
) -> anyhow::Result<bool> {
    let mut auth = redis::cmd("AUTH");
    auth.arg(username).arg(password.expose_secret());
    let talk = async {
        match auth.query_async::<()>(&mut connect(server).await?).await {
            Ok(()) => Ok(true),
            Err(error) if error.code() == Some("WRONGPASS") => Ok(false),
            // The default user has no password.
            Err(error) if error.code() == Some("ERR") && username.is_none() => Ok(false),
            Err(error) => bail!("{server} answers AUTH with {}", error.code().unwrap_or("no error code")),
        }
    };
    timeout(ANSWER_LIMIT, talk).await.with_context(|| format!("{server} does not answer"))?
}

/// Waits until a check succeeds.
pub(super) async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !look().await {
        ensure!(Instant::now() < deadline, "{} s are not enough for {what}", PATIENCE.as_secs());
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

async fn connect(server: SocketAddr) -> anyhow::Result<MultiplexedConnection> {
    let client = Client::open(format!("redis://{server}"))?;
    // The callers set one timeout for everything; those of the client are shorter.
    let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    Ok(client.get_multiplexed_async_connection_with_config(&config).await?)
}
