//! What a server says of itself, asked past its gate, where connections are counted and faults injected.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail, ensure};
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout};

/// How long one answer may take: the machine may be busy with other tests.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// How long a server may take to come to a state.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks while waiting for it.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A user, and its password.
pub(super) type Login<'a> = (&'a str, &'a SecretString);

/// Asks one question on a connection of its own, logged in where told to.
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
            // Without the server's words, which can repeat the command's.
            ensure!(auth.query_async::<()>(&mut connection).await.is_ok(), "{server} refuses {username}");
        }
        Ok(question.query_async(&mut connection).await?)
    };
    timeout(ANSWER_LIMIT, talk).await.with_context(|| format!("{server} does not answer"))?
}

/// Whether the server lets in whoever says this; without a user it is the password of whoever connects.
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
            // `AUTH password` where the default user needs none.
            Err(error) if error.code() == Some("ERR") && username.is_none() => Ok(false),
            Err(error) => bail!("{server} answers AUTH with {}", error.code().unwrap_or("no answer")),
        }
    };
    timeout(ANSWER_LIMIT, talk).await.with_context(|| format!("{server} does not answer"))?
}

/// Waits until a look finds what it wants.
pub(super) async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !look().await {
        ensure!(Instant::now() < deadline, "{what} not so after {} s", PATIENCE.as_secs());
        sleep(LOOK_EVERY).await;
    }
    Ok(())
}

async fn connect(server: SocketAddr) -> anyhow::Result<MultiplexedConnection> {
    let client = Client::open(format!("redis://{server}"))?;
    // One limit for all of it, instead of the client's own shorter ones.
    let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
    Ok(client.get_multiplexed_async_connection_with_config(&config).await?)
}
