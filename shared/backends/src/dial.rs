//! The one place that opens connections to nodes.

use std::{
    io,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures::future::{BoxFuture, select_ok};
use redis::{
    AsyncConnectionConfig, RedisConnectionInfo, RedisError,
    aio::{AsyncStream, MultiplexedConnection},
};
use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName},
};

/// The time limit for opening a connection, and for the answer to a command.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Where a node listens.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    /// Its name or address; with TLS, its certificate must be valid for this name.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// Whether it uses TLS. The certificate is verified against the root certificates of the machine, or those of
    /// `SSL_CERT_FILE`.
    pub tls: bool,
}

/// An open connection. It closes when this value is dropped, whatever the node has still to answer.
pub(crate) struct Connection {
    pub(crate) redis: MultiplexedConnection,
    /// Reads and writes the stream; ends with this set.
    _driver: JoinSet<()>,
}

/// A stream to a node.
pub type Stream = Box<dyn AsyncStream + Send + Sync + Unpin>;

/// Opens a stream to a node. It is responsible for TLS too.
pub type Network = fn(Address<'_>) -> BoxFuture<'static, io::Result<Stream>>;

/// What opens streams instead of TCP and TLS, if it is set.
static NETWORK: OnceLock<Network> = OnceLock::new();

/// Opens all later connections of this process through `network`, for a simulation whose nodes are in memory.
///
/// # Repeating
/// The network of the first call stays.
pub fn replace_network(network: Network) {
    NETWORK.get_or_init(|| network);
}

/// Connects to a node, and logs in as `login` says.
pub(crate) async fn dial(address: Address<'_>, login: &RedisConnectionInfo) -> Result<Connection, RedisError> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(TIME_LIMIT));
    let opened = timeout(TIME_LIMIT, async {
        let stream = open(address).await?;
        MultiplexedConnection::new_with_config(login, stream, config).await
    });
    let (redis, driver) = opened.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let mut drivers = JoinSet::new();
    drivers.spawn(driver);
    Ok(Connection { redis, _driver: drivers })
}

/// Opens a stream to a node. It has no time limit of its own.
pub(crate) async fn open(address: Address<'_>) -> io::Result<Stream> {
    match NETWORK.get() {
        Some(network) => network(address).await,
        None => stream(address).await,
    }
}

/// Opens a TCP stream, with TLS if the node uses it.
async fn stream(Address { host, port, tls }: Address<'_>) -> io::Result<Stream> {
    let addresses = lookup_host((host, port)).await?;
    let attempts: Vec<_> = addresses.map(|address| Box::pin(TcpStream::connect(address))).collect();
    if attempts.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
    }
    let (stream, _) = select_ok(attempts).await?;
    if !tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    Ok(Box::new(connector()?.connect(name, stream).await?))
}

/// The TLS configuration, made once a process: reading the root certificates takes longer than a login.
fn connector() -> io::Result<TlsConnector> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(config.clone().into());
    }
    let config = Arc::new(tls_config()?);
    Ok(CONFIG.get_or_init(|| config).clone().into())
}

fn tls_config() -> io::Result<ClientConfig> {
    let mut read = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Like the AWS SDK: a root certificate that cannot be read is left out.
    if roots.add_parsable_certificates(read.certs).0 == 0 {
        let error = read.errors.pop().map(io::Error::other);
        return Err(error.unwrap_or_else(|| io::Error::other("there is no root certificate")));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
