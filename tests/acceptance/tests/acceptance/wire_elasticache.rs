//! ElastiCache over the wire: the real SDK, real Redis behind TLS.

use std::{collections::BTreeSet, fmt::Display, net::Ipv4Addr, time::Duration};

use aws_sdk_elasticache::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata,
    operation::create_replication_group::builders::CreateReplicationGroupFluentBuilder,
    types::{AuthTokenUpdateStrategyType, ReplicationGroup, Tag},
};
use redis::{Client as Redis, TlsCertificates, aio::MultiplexedConnection};
use sandbox::{
    Options, Sandbox,
    services::elasticache::{NodeView, Role, Timing},
};
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};

const A: &str = "token-a-0123456789";
const B: &str = "token-b-0123456789";
const C: &str = "token-c-0123456789";
/// What no wait in here exceeds.
const LIMIT: Duration = Duration::from_secs(30);

fn quick() -> Timing {
    Timing {
        create: Duration::ZERO,
        modify: Duration::from_millis(300),
        spread: Duration::from_millis(50),
        stale: Duration::ZERO,
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

/// A group of one primary and one replica, TLS, not yet with a token.
fn pair(client: &Client, id: &str) -> CreateReplicationGroupFluentBuilder {
    client
        .create_replication_group()
        .replication_group_id(id)
        .replication_group_description("sessions")
        .num_cache_clusters(2)
        .automatic_failover_enabled(true)
        .transit_encryption_enabled(true)
}

/// Two shards of two nodes, TLS, token A.
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

/// Logs in over TLS, with the sandbox's authority as the only one trusted.
async fn connect(sandbox: &Sandbox, host: impl Display, user_info: &str) -> redis::RedisResult<MultiplexedConnection> {
    let certificates =
        TlsCertificates { client_tls: None, root_cert: Some(sandbox.fleet.authority_pem().as_bytes().to_vec()) };
    let client = Redis::build_with_tls(format!("rediss://{user_info}{host}:6379"), certificates)?;
    let mut connection =
        tokio::time::timeout(Duration::from_secs(5), client.get_multiplexed_async_connection()).await.unwrap()?;
    redis::cmd("PING").query_async::<String>(&mut connection).await?;
    Ok(connection)
}

/// Which of the tokens log in at a host.
async fn accepted(sandbox: &Sandbox, host: impl Display) -> Vec<&'static str> {
    let mut accepted = Vec::new();
    for token in [A, B, C] {
        match connect(sandbox, &host, &format!(":{token}@")).await {
            Ok(_) => accepted.push(token),
            Err(error) => assert!(error.to_string().contains("WRONGPASS"), "{error}"),
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

#[tokio::test]
async fn a_pair_has_endpoints_that_follow_roles_and_nodes_that_log_in() {
    let (sandbox, client) = start(quick()).await;
    let created = pair(&client, "Sessions").auth_token(A).send().await.unwrap().replication_group.unwrap();
    assert_eq!((created.replication_group_id(), created.status()), (Some("sessions"), Some("creating")));
    let group = available(&client, "sessions").await;
    assert_eq!(group.auth_token_enabled(), Some(true));
    assert_eq!(group.cluster_enabled(), Some(false));
    assert_eq!(group.member_clusters(), ["sessions-001", "sessions-002"]);
    let shard = &group.node_groups()[0];
    assert_eq!(shard.node_group_id(), Some("0001"));
    let roles: Vec<_> = shard.node_group_members().iter().filter_map(|member| member.current_role()).collect();
    assert_eq!(roles, ["primary", "replica"]);

    for (endpoint, expected) in [(shard.primary_endpoint(), "master"), (shard.reader_endpoint(), "slave")] {
        let mut connection = connect(&sandbox, address(endpoint), &format!(":{A}@")).await.unwrap();
        assert_eq!(role(&mut connection).await, expected);
    }
    let mut primary = connect(&sandbox, address(shard.primary_endpoint()), &format!(":{A}@")).await.unwrap();
    for taken_away in ["CONFIG GET maxmemory", "ACL LIST", "SHUTDOWN", "REPLICAOF NO ONE", "DEBUG SLEEP 0"] {
        let mut words = taken_away.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        command.arg(words.collect::<Vec<_>>());
        let error = command.query_async::<redis::Value>(&mut primary).await.unwrap_err();
        assert!(error.to_string().contains("NOPERM") || error.to_string().contains("permission"), "{error}");
    }
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A]);
    let refused = connect(&sandbox, address(shard.primary_endpoint()), "").await.unwrap_err();
    assert!(refused.to_string().contains("NOAUTH"), "{refused}");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn rotate_keeps_two_tokens_and_set_leaves_one() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    change(&client, "sessions", B, AuthTokenUpdateStrategyType::Rotate).await;
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A, B]);
    change(&client, "sessions", C, AuthTokenUpdateStrategyType::Rotate).await;
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [B, C]);
    change(&client, "sessions", C, AuthTokenUpdateStrategyType::Set).await;
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [C]);
    let live: Vec<_> = sandbox.elasticache.tokens("sessions");
    assert_eq!(live.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), [C]);
    let debug = format!("{sandbox:?}");
    for token in sandbox.elasticache.values() {
        assert!(!debug.contains(token.expose_secret()), "Debug shows a token");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_cluster_has_one_configuration_endpoint_and_nodes_that_log_in() {
    let (sandbox, client) = start(quick()).await;
    cluster(&client, "cart").send().await.unwrap();
    let group = available(&client, "cart").await;
    assert_eq!(group.cluster_enabled(), Some(true));
    let slots: Vec<_> = group.node_groups().iter().filter_map(|shard| shard.slots()).collect();
    assert_eq!(slots, ["0-8191", "8192-16383"]);
    for shard in group.node_groups() {
        assert!(shard.primary_endpoint().is_none() && shard.reader_endpoint().is_none());
        let members = shard.node_group_members();
        assert!(members.iter().all(|member| member.current_role().is_none() && member.read_endpoint().is_none()));
    }
    let clusters = client.describe_cache_clusters().show_cache_node_info(true).send().await.unwrap();
    let named: BTreeSet<_> = clusters
        .cache_clusters()
        .iter()
        .map(|node| (node.cache_cluster_id().unwrap().to_owned(), address(node.cache_nodes()[0].endpoint())))
        .collect();
    let real: BTreeSet<_> =
        sandbox.elasticache.nodes("cart").into_iter().map(|node| (node.cache_cluster_id, node.address)).collect();
    assert_eq!(named, real);
    let mut connection = connect(&sandbox, address(group.configuration_endpoint()), &format!(":{A}@")).await.unwrap();
    let shards: redis::Value = redis::cmd("CLUSTER").arg("SLOTS").query_async(&mut connection).await.unwrap();
    let redis::Value::Array(ranges) = &shards else { panic!("{shards:?}") };
    assert_eq!(ranges.len(), 2);
    for (_, address) in &real {
        assert!(format!("{shards:?}").contains(&address.to_string()), "{shards:?}");
    }
    change(&client, "cart", B, AuthTokenUpdateStrategyType::Rotate).await;
    assert_eq!(accepted_everywhere(&sandbox, "cart").await, [A, B]);
    sandbox.stop().await.unwrap();
}
