//! What the nodes accept, asked directly: not through the gates, where faults are injected and connections counted.

use std::time::Duration;

use redis::{AsyncConnectionConfig, Client, TlsCertificates, aio::MultiplexedConnection};
use sandbox::{Sandbox, services::elasticache::NodeView};
use secrecy::{ExposeSecret, SecretString};

/// How long an answer may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many nodes of the cache let a client in with this token, or this user's password.
///
/// # Panics
/// A node cannot be reached, or answers anything else than yes or no.
pub async fn accepting(sandbox: &Sandbox, cache: &str, username: Option<&str>, token: &SecretString) -> usize {
    let mut accepting = 0;
    for node in sandbox.elasticache.nodes(cache) {
        let mut connection = connect(sandbox, &node).await;
        let answer =
            redis::cmd("AUTH").arg(username).arg(token.expose_secret()).query_async::<()>(&mut connection).await;
        match answer {
            Ok(()) => accepting += 1,
            Err(refused) => assert!(matches!(refused.code(), Some("WRONGPASS" | "ERR")), "{}: {refused}", node.address),
        }
    }
    accepting
}

/// How many nodes of the group let a client in with nothing.
///
/// # Panics
/// A node cannot be reached.
pub async fn open(sandbox: &Sandbox, group: &str) -> usize {
    let mut open = 0;
    for node in sandbox.elasticache.nodes(group) {
        let answer = redis::cmd("PING").query_async::<()>(&mut connect(sandbox, &node).await).await;
        open += usize::from(answer.is_ok());
    }
    open
}

async fn connect(sandbox: &Sandbox, node: &NodeView) -> MultiplexedConnection {
    let certificates =
        TlsCertificates { client_tls: None, root_cert: Some(sandbox.fleet.authority_pem().as_bytes().to_vec()) };
    let url = format!("rediss://{}:{}", node.address, node.direct_port);
    let client = Client::build_with_tls(url, certificates).expect("the address and the certificate are well formed");
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
    client.get_multiplexed_async_connection_with_config(&config).await.expect("every node can be reached")
}
