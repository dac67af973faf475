//! What the nodes accept, asked directly: not through the gates, which inject faults and count connections.

use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, TlsCertificates, aio::MultiplexedConnection};
use sandbox::{Sandbox, redis::Direct};
use secrecy::{ExposeSecret, SecretString};

/// How long an answer may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(10);

/// Counts the nodes that accept this token, or this password of the user.
///
/// # Panics
/// A node is unreachable, or returns an unexpected error.
pub async fn accepting(sandbox: &Sandbox, nodes: &[Direct], username: Option<&str>, token: &SecretString) -> usize {
    let mut accepting = 0;
    for node in nodes {
        let mut connection = connect(sandbox, node).await;
        let answer =
            redis::cmd("AUTH").arg(username).arg(token.expose_secret()).query_async::<()>(&mut connection).await;
        match answer {
            Ok(()) => accepting += 1,
            Err(refused) => assert!(matches!(refused.code(), Some("WRONGPASS" | "ERR")), "{}: {refused}", node.address),
        }
    }
    accepting
}

/// Counts the nodes that accept commands without a login.
///
/// # Panics
/// A node is unreachable.
pub async fn open(sandbox: &Sandbox, nodes: &[Direct]) -> usize {
    let mut open = 0;
    for node in nodes {
        let answer = redis::cmd("PING").query_async::<()>(&mut connect(sandbox, node).await).await;
        open += usize::from(answer.is_ok());
    }
    open
}

async fn connect(sandbox: &Sandbox, node: &Direct) -> MultiplexedConnection {
    let root_cert = node.tls.then(|| sandbox.fleet.authority_pem().as_bytes().to_vec());
    let client = match node.tls {
        true => Client::build_with_tls(node.url(), TlsCertificates { client_tls: None, root_cert }),
        false => Client::open(node.url()),
    };
    let client = client.expect("the address and the certificate are valid");
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    client.get_multiplexed_async_connection_with_config(&config).await.expect("every node is reachable")
}
