//! Opens one connection and logs in; TLS certificates are verified.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisResult, TlsCertificates,
    aio::MultiplexedConnection, cmd,
};
use secrecy::ExposeSecret;

use super::{account::Token, command_error::CommandError, topology::Address};

/// How long a connection or an answer may take: far more than it needs on a busy laptop, far less than a failover.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// Connects and logs in. With TLS, verifies the node's certificate against the authority.
pub(crate) async fn login(
    address: &Address,
    authority: &str,
    token: &Token,
) -> Result<MultiplexedConnection, CommandError> {
    let mut connection = connect(address, authority).await.map_err(|error| CommandError::of_command(&error))?;
    cmd("AUTH")
        .arg(token.username.as_deref())
        .arg(token.value.expose_secret())
        .query_async::<()>(&mut connection)
        .await
        .map_err(|error| CommandError::of_login(&error))?;
    Ok(connection)
}

/// Connects without logging in: the token is sent with `AUTH`, never as part of a URL.
async fn connect(address: &Address, authority: &str) -> RedisResult<MultiplexedConnection> {
    let scheme = if address.tls { "rediss" } else { "redis" };
    let info = format!("{scheme}://{address}/").into_connection_info()?;
    let settings = info.redis_settings().clone().set_skip_set_lib_name();
    open(info.set_redis_settings(settings), authority).await
}

/// Connects and logs in as `info` says. With TLS, verifies the node's certificate against this authority (PEM).
///
/// # Errors
/// The node cannot be reached, or refuses the login.
pub async fn open(info: ConnectionInfo, authority: &str) -> RedisResult<MultiplexedConnection> {
    let client = match info.addr() {
        ConnectionAddr::TcpTls { .. } => {
            let root_cert = Some(authority.as_bytes().to_vec());
            Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert })?
        }
        _ => Client::open(info)?,
    };
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER_WITHIN))
        .set_response_timeout(Some(ANSWER_WITHIN));
    client.get_multiplexed_async_connection_with_config(&config).await
}
