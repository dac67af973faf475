//! Asking one node which credentials it accepts.

use std::time::Duration;

use policy::login::{Answer, NodeState};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ErrorKind, IntoConnectionInfo, RedisError,
    aio::MultiplexedConnection,
};
use secrecy::{ExposeSecret, SecretString};

use crate::Known;

/// How long a node may take to open a connection, and to answer a command.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a node listens.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    /// Its name or address; with TLS, what its certificate must be for.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// Whether it speaks TLS. The certificate is verified against the roots of the machine, or those of
    /// `SSL_CERT_FILE`.
    pub tls: bool,
}

/// What a node is asked.
#[derive(Clone, Copy, Debug)]
pub struct Questions<'a> {
    /// The user that logs in. Without one it is the password of whoever connects (an AUTH token), and the node is asked too
    /// whether it lets clients in with nothing.
    pub username: Option<&'a str>,
    /// The credentials to log in with.
    pub known: Known<'a>,
}

/// Asks a node which of the credentials it accepts.
///
/// It is a login as clients do it: a connection of its own, AUTH, PING. A refusal is an answer; a node that is loading or
/// full, or does not answer within two seconds, has given none. What a node says to AUTH is never kept as text, since an
/// error can repeat the command's arguments.
pub async fn ask(address: Address<'_>, questions: Questions<'_>) -> NodeState {
    match answers(address, questions).await {
        Ok(state) => state,
        Err(error) if is_not_ready(&error) => NodeState::NotReady(code(&error)),
        Err(error) => NodeState::Unreachable(describe(&error)),
    }
}

async fn answers(address: Address<'_>, questions: Questions<'_>) -> Result<NodeState, RedisError> {
    let Questions { username, known } = questions;
    let mut connection = connect(address).await?;
    // Before any AUTH: a refused AUTH leaves a connection as it was, so PING afterwards says nothing of its own.
    let open = match username {
        Some(_) => false,
        None => lets_in_with_nothing(&mut connection).await?,
    };
    let pending = match known.pending {
        Some(credential) => Some(log_in(&mut connection, username, credential).await?),
        None => None,
    };
    let current = log_in(&mut connection, username, known.current).await?;
    let previous = match known.previous {
        Some(credential) => Some(log_in(&mut connection, username, credential).await?),
        None => None,
    };
    Ok(NodeState::Asked { open, pending, current, previous })
}

async fn lets_in_with_nothing(connection: &mut MultiplexedConnection) -> Result<bool, RedisError> {
    match ping(connection).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some("NOAUTH") => Ok(false),
        Err(error) => Err(error),
    }
}

async fn connect(address: Address<'_>) -> Result<MultiplexedConnection, RedisError> {
    let (host, port) = (address.host.to_owned(), address.port);
    let address = match address.tls {
        true => ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None },
        false => ConnectionAddr::Tcp(host, port),
    };
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    Client::open(address.into_connection_info()?)?.get_multiplexed_async_connection_with_config(&config).await
}

async fn ping(connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
    redis::cmd("PING").query_async(connection).await
}

async fn log_in(
    connection: &mut MultiplexedConnection,
    username: Option<&str>,
    credential: &SecretString,
) -> Result<Answer, RedisError> {
    let answer: Result<(), _> =
        redis::cmd("AUTH").arg(username).arg(credential.expose_secret()).query_async(connection).await;
    match answer {
        Ok(()) => match ping(connection).await {
            // Whoever may not PING is logged in all the same.
            Err(error) if error.code() != Some("NOPERM") => Err(error),
            _ => Ok(Answer::Accepted),
        },
        Err(error) if is_not_ready(&error) || is_connection_trouble(&error) => Err(error),
        // WRONGPASS, or ERR where the server has no password at all, or is older than Redis 6.
        Err(_) => Ok(Answer::Refused),
    }
}

/// Whether the node is there and serves nobody for now.
///
/// <https://redis.io/docs/latest/develop/reference/protocol-spec/>, and the texts of `server.c`.
fn is_not_ready(error: &RedisError) -> bool {
    let full =
        error.code() == Some("ERR") && error.detail().is_some_and(|text| text.starts_with("max number of clients"));
    full || matches!(
        error.code(),
        Some("LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" | "MISCONF" | "TRYAGAIN" | "READONLY")
    )
}

fn is_connection_trouble(error: &RedisError) -> bool {
    error.is_io_error() || error.is_connection_dropped() || error.is_timeout() || error.kind() == ErrorKind::Io
}

fn code(error: &RedisError) -> String {
    error.code().unwrap_or("no reason given").to_owned()
}

/// What went wrong, in words that cannot hold a credential: the code for what the server said, the text only for the
/// connection itself.
fn describe(error: &RedisError) -> String {
    if error.is_timeout() {
        "no answer within 2 s".to_owned()
    } else if is_connection_trouble(error) {
        error.to_string()
    } else {
        code(error)
    }
}
