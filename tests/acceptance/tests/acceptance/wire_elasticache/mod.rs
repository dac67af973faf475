//! The API of ElastiCache, with the AWS SDK and real Redis behind TLS.

mod endpoints;
mod failures;
mod rbac;
mod refusals;
mod replicas;
mod serverless;
mod serverless_snapshots;
mod snapshots;
mod states;
mod tokens;
mod users;
mod users_refusals;

use std::{collections::BTreeSet, fmt::Display, net::Ipv4Addr, time::Duration};

use aws_sdk_elasticache::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata,
    operation::create_replication_group::builders::CreateReplicationGroupFluentBuilder,
    types::{AuthTokenUpdateStrategyType, ReplicationGroup, Tag},
};
use redis::{AsyncConnectionConfig, Client as Redis, TlsCertificates, aio::MultiplexedConnection};
use sandbox::{
    Options, Sandbox,
    services::elasticache::{NodeView, Role, Timing},
};
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};

const A: &str = "token-a-0123456789";
const B: &str = "token-b-0123456789";
const C: &str = "token-c-0123456789";
/// The longest wait in these tests.
const LIMIT: Duration = Duration::from_secs(30);

fn quick() -> Timing {
    Timing {
        create: Duration::ZERO,
        modify: Duration::from_millis(300),
        spread: Duration::from_millis(50),
        snapshot: Duration::from_millis(300),
        stale: Duration::ZERO,
        stale_users: Duration::ZERO,
    }
}

async fn start(timing: Timing) -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options { elasticache: timing, ..Options::default() }).await.unwrap();
    let config = aws_sdk_elasticache::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("sandbox", "sandbox", None, None, "test"))
        .endpoint_url(&sandbox.endpoint_url)
        .build();
    (sandbox, Client::from_conf(config))
}

/// Creates a group of one primary and one replica with TLS, and without a token yet.
fn pair(client: &Client, id: &str) -> CreateReplicationGroupFluentBuilder {
    client
        .create_replication_group()
        .replication_group_id(id)
        .replication_group_description("sessions")
        .num_cache_clusters(2)
        .automatic_failover_enabled(true)
        .transit_encryption_enabled(true)
}

/// Creates a group of two shards of two nodes with TLS and token A.
fn cluster(client: &Client, id: &str) -> CreateReplicationGroupFluentBuilder {
    client
        .create_replication_group()
        .replication_group_id(id)
        .replication_group_description("sessions")
        .num_node_groups(2)
        .replicas_per_node_group(1)
        .automatic_failover_enabled(true)
        .transit_encryption_enabled(true)
        .auth_token(A)
}

async fn describe(client: &Client, id: &str) -> ReplicationGroup {
    let answer = client.describe_replication_groups().replication_group_id(id).send().await.unwrap();
    answer.replication_groups.unwrap().remove(0)
}

async fn available(client: &Client, id: &str) -> ReplicationGroup {
    let deadline = Instant::now() + LIMIT;
    loop {
        let group = describe(client, id).await;
        match group.status() {
            Some("available") => return group,
            Some("create-failed") => {
                panic!("{:?}", client.describe_events().send().await.unwrap().events())
            }
            other => assert!(Instant::now() < deadline, "{id} is still {other:?}"),
        }
        sleep(Duration::from_millis(50)).await;
    }
}

async fn change(client: &Client, id: &str, token: &str, strategy: AuthTokenUpdateStrategyType) {
    let modify = client.modify_replication_group().replication_group_id(id).auth_token(token);
    modify.auth_token_update_strategy(strategy).apply_immediately(true).send().await.unwrap();
    available(client, id).await;
}

/// Logs in over TLS, and trusts only the sandbox's certificate authority.
async fn connect(sandbox: &Sandbox, host: impl Display, user_info: &str) -> redis::RedisResult<MultiplexedConnection> {
    connect_to(sandbox, host, 6379, user_info).await
}

/// Logs in as [`connect`] does, on any port.
async fn connect_to(
    sandbox: &Sandbox,
    host: impl Display,
    port: u16,
    user_info: &str,
) -> redis::RedisResult<MultiplexedConnection> {
    let certificates =
        TlsCertificates { client_tls: None, root_cert: Some(sandbox.fleet.authority_pem().as_bytes().to_vec()) };
    let client = Redis::build_with_tls(format!("rediss://{user_info}{host}:{port}"), certificates)?;
    // The client's default of half a second is short for a machine that runs all tests at once.
    let patient = AsyncConnectionConfig::new().set_connection_timeout(Some(LIMIT)).set_response_timeout(Some(LIMIT));
    let mut connection = client.get_multiplexed_async_connection_with_config(&patient).await?;
    redis::cmd("PING").query_async::<String>(&mut connection).await?;
    Ok(connection)
}

/// Returns the tokens that a host accepts.
async fn accepted(sandbox: &Sandbox, host: impl Display) -> Vec<&'static str> {
    let mut accepted = Vec::new();
    for token in [A, B, C] {
        match connect(sandbox, &host, &format!(":{token}@")).await {
            Ok(_) => accepted.push(token),
            Err(error) => assert_eq!(error.kind(), redis::ErrorKind::AuthenticationFailed, "{error}"),
        }
    }
    accepted
}

async fn accepted_everywhere(sandbox: &Sandbox, id: &str) -> Vec<&'static str> {
    let nodes = sandbox.elasticache.nodes(id);
    assert!(nodes.len() >= 2, "{nodes:?}");
    let first = accepted(sandbox, nodes[0].address).await;
    for node in &nodes[1..] {
        assert_eq!(accepted(sandbox, node.address).await, first, "{node:?}");
    }
    first
}

fn address(endpoint: Option<&aws_sdk_elasticache::types::Endpoint>) -> Ipv4Addr {
    let endpoint = endpoint.unwrap();
    assert_eq!(endpoint.port(), Some(6379));
    endpoint.address().unwrap().parse().unwrap()
}

async fn role(connection: &mut MultiplexedConnection) -> String {
    let info: String = redis::cmd("INFO").arg("replication").query_async(connection).await.unwrap();
    info.lines().find_map(|line| line.strip_prefix("role:")).unwrap().to_owned()
}

fn in_role(nodes: &[NodeView], role: Role) -> Vec<&NodeView> {
    nodes.iter().filter(|node| node.role == role).collect()
}
