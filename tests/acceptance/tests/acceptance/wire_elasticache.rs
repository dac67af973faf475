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
    for taken_away in ["CONFIG GET maxmemory", "ACL LIST", "SHUTDOWN", "REPLICAOF NO ONE", "BGSAVE"] {
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

#[tokio::test]
async fn every_rejection_is_a_typed_error() {
    let (sandbox, client) = start(quick()).await;
    let code = |code: Option<&str>| code.unwrap_or_default().to_owned();
    for id in ["", "1st", "two--hyphens", "trailing-", "under_score", &"x".repeat(41)] {
        let error = pair(&client, id).send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{id:?}: {error:?}");
    }
    let long = "x".repeat(129);
    for token in
        ["short-012345678", long.as_str(), "with@at-0123456789", "with_under-0123456789", "with space-0123456789"]
    {
        let error = pair(&client, "sessions").auth_token(token).send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{error:?}");
        assert!(error.message().unwrap().contains("Invalid AuthToken provided"), "{error:?}");
        assert!(!format!("{error:?}").contains(token), "the error shows the token");
    }
    let no_tls = pair(&client, "sessions").transit_encryption_enabled(false).auth_token(A).send().await;
    assert!(no_tls.unwrap_err().into_service_error().is_invalid_parameter_combination_exception());
    let unknown = pair(&client, "sessions").user_group_ids("admins").send().await.unwrap_err().into_service_error();
    assert!(unknown.is_invalid_parameter_value_exception(), "{unknown:?}");
    let no_failover = cluster(&client, "cart").automatic_failover_enabled(false).send().await;
    assert!(no_failover.unwrap_err().into_service_error().is_invalid_parameter_combination_exception());

    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    let twice = pair(&client, "sessions").auth_token(A).send().await.unwrap_err().into_service_error();
    assert!(twice.is_replication_group_already_exists_fault(), "{twice:?}");
    let modify = |token: &str| {
        client.modify_replication_group().replication_group_id("sessions").auth_token(token).apply_immediately(true)
    };
    let early = modify(B).send().await.unwrap_err().into_service_error();
    assert!(early.is_invalid_replication_group_state_fault(), "{early:?}");
    available(&client, "sessions").await;

    let set = modify(B).auth_token_update_strategy(AuthTokenUpdateStrategyType::Set).send().await;
    assert!(set.unwrap_err().into_service_error().is_invalid_parameter_combination_exception());
    let delete = modify(B).auth_token_update_strategy(AuthTokenUpdateStrategyType::Delete).send().await.unwrap_err();
    assert_eq!(
        (code(delete.code()), code(delete.message())),
        (
            "InvalidParameterValue".to_owned(),
            "Auth token update strategy delete is not supported currently.".to_owned()
        )
    );
    let illegal = modify("with@at-0123456789").send().await.unwrap_err().into_service_error();
    assert!(illegal.is_invalid_parameter_value_exception(), "{illegal:?}");
    modify(B).send().await.unwrap();
    let busy = modify(C).send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_replication_group_state_fault(), "{busy:?}");
    let tagging = client
        .add_tags_to_resource()
        .resource_name(describe(&client, "sessions").await.arn().unwrap())
        .tags(Tag::builder().key("team").value("web").build());
    let tagging = tagging.send().await.unwrap_err().into_service_error();
    assert!(tagging.is_invalid_replication_group_state_fault(), "{tagging:?}");
    available(&client, "sessions").await;
    let other = modify(C).auth_token_update_strategy(AuthTokenUpdateStrategyType::Set).send().await.unwrap_err();
    assert!(other.into_service_error().is_invalid_parameter_value_exception());

    let missing = client.describe_replication_groups().replication_group_id("nobody").send().await.unwrap_err();
    assert_eq!(missing.raw_response().unwrap().status().as_u16(), 404);
    assert!(missing.into_service_error().is_replication_group_not_found_fault());
    let missing = client.describe_cache_clusters().cache_cluster_id("nobody-001").send().await.unwrap_err();
    assert!(missing.into_service_error().is_cache_cluster_not_found_fault());
    let small = client.describe_replication_groups().max_records(19).send().await.unwrap_err();
    assert!(small.into_service_error().is_invalid_parameter_value_exception());
    let shard = client.test_failover().replication_group_id("sessions").node_group_id("0009").send().await;
    assert!(shard.unwrap_err().into_service_error().is_node_group_not_found_fault());
    let unmodelled = client.describe_snapshots().send().await.unwrap_err();
    assert_eq!(unmodelled.code(), Some("UnknownOperationException"));
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A, B]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn rotating_to_a_live_token_evicts_the_other_one() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    change(&client, "sessions", B, AuthTokenUpdateStrategyType::Rotate).await;
    change(&client, "sessions", B, AuthTokenUpdateStrategyType::Rotate).await;
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [B]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_group_without_auth_stays_open_from_rotate_until_set() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").send().await.unwrap();
    let group = available(&client, "sessions").await;
    assert_eq!(group.auth_token_enabled(), Some(false));
    let node = sandbox.elasticache.nodes("sessions")[1].address;
    connect(&sandbox, node, "").await.unwrap();
    change(&client, "sessions", A, AuthTokenUpdateStrategyType::Rotate).await;
    connect(&sandbox, node, "").await.unwrap();
    connect(&sandbox, node, &format!("default:{A}@")).await.unwrap();
    change(&client, "sessions", A, AuthTokenUpdateStrategyType::Set).await;
    connect(&sandbox, node, "").await.unwrap_err();
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn describe_lags_behind_both_ways_and_lies_when_told() {
    let stale = Duration::from_millis(800);
    let (sandbox, client) = start(Timing { modify: Duration::from_millis(1500), stale, ..quick() }).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    let modify = |token: &str| {
        client.modify_replication_group().replication_group_id("sessions").auth_token(token).apply_immediately(true)
    };
    let status = |group: &ReplicationGroup| {
        let pending = group.pending_modified_values().and_then(|pending| pending.auth_token_status().cloned());
        (group.status().unwrap().to_owned(), pending.map(|status| status.as_str().to_owned()))
    };
    let modifying = ("modifying".to_owned(), Some("ROTATING".to_owned()));
    let answered = modify(B).send().await.unwrap().replication_group.unwrap();
    assert_eq!(status(&answered), modifying);
    assert_eq!(status(&describe(&client, "sessions").await), ("available".to_owned(), None));
    sleep(stale).await;
    let during = describe(&client, "sessions").await;
    assert_eq!(status(&during), modifying);
    let deadline = Instant::now() + LIMIT;
    while sandbox.elasticache.tokens("sessions").len() < 2 {
        assert!(Instant::now() < deadline);
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(status(&describe(&client, "sessions").await), modifying, "the end of a change is seen late too");
    let after = available(&client, "sessions").await;
    assert!(after.auth_token_last_modified_date() > during.auth_token_last_modified_date());

    sandbox.elasticache.set_timing(Timing { modify: Duration::from_millis(1500), ..quick() });
    sandbox.elasticache.set_status_lies(true);
    modify(C).send().await.unwrap();
    assert_eq!(status(&describe(&client, "sessions").await), ("available".to_owned(), None));
    let refused = modify(A).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_replication_group_state_fault(), "{refused:?}");
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A, B]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_change_that_may_wait_is_kept_and_never_applied() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    client.modify_replication_group().replication_group_id("sessions").auth_token(B).send().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let group = describe(&client, "sessions").await;
    assert_eq!(group.status(), Some("available"));
    assert!(group.pending_modified_values().unwrap().auth_token_status().is_some());
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_busy_group_refuses_changes_for_a_while() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    sandbox.elasticache.busy("sessions", "snapshotting", Duration::from_millis(500)).unwrap();
    assert_eq!(describe(&client, "sessions").await.status(), Some("snapshotting"));
    let modify = client.modify_replication_group().replication_group_id("sessions").auth_token(B);
    let refused = modify.apply_immediately(true).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_replication_group_state_fault(), "{refused:?}");
    available(&client, "sessions").await;
    change(&client, "sessions", B, AuthTokenUpdateStrategyType::Rotate).await;
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_failover_swaps_roles_and_the_primary_endpoint_follows() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    let group = available(&client, "sessions").await;
    let primary_endpoint = address(group.node_groups()[0].primary_endpoint());
    let before = sandbox.elasticache.nodes("sessions");
    let mut old = connect(&sandbox, primary_endpoint, &format!(":{A}@")).await.unwrap();
    redis::cmd("SET").arg("kept").arg("yes").query_async::<()>(&mut old).await.unwrap();
    let copies: usize = redis::cmd("WAIT").arg(1).arg(5000).query_async(&mut old).await.unwrap();
    assert_eq!(copies, 1);

    client.test_failover().replication_group_id("sessions").node_group_id("0001").send().await.unwrap();
    assert_eq!(describe(&client, "sessions").await.status(), Some("modifying"));
    let group = available(&client, "sessions").await;
    let members = group.node_groups()[0].node_group_members();
    assert_eq!(members.iter().filter_map(|member| member.current_role()).collect::<Vec<_>>(), ["replica", "primary"]);
    let after = sandbox.elasticache.nodes("sessions");
    assert_eq!(in_role(&after, Role::Primary)[0].address, in_role(&before, Role::Replica)[0].address);
    redis::cmd("PING").query_async::<String>(&mut old).await.unwrap_err();
    let mut new = connect(&sandbox, primary_endpoint, &format!(":{A}@")).await.unwrap();
    assert_eq!(role(&mut new).await, "master");
    assert_eq!(redis::cmd("GET").arg("kept").query_async::<String>(&mut new).await.unwrap(), "yes");
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A]);
    let events = client.describe_events().duration(10).send().await.unwrap();
    let messages: Vec<_> = events.events().iter().filter_map(|event| event.message()).collect();
    assert!(messages.iter().any(|message| message.starts_with("Failover from master node")), "{messages:?}");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_shard_of_a_cluster_fails_over_alone() {
    let (sandbox, client) = start(quick()).await;
    cluster(&client, "cart").send().await.unwrap();
    available(&client, "cart").await;
    client.test_failover().replication_group_id("cart").node_group_id("0002").send().await.unwrap();
    available(&client, "cart").await;
    let nodes = sandbox.elasticache.nodes("cart");
    let primaries: Vec<_> =
        in_role(&nodes, Role::Primary).into_iter().map(|node| node.cache_cluster_id.clone()).collect();
    assert_eq!(primaries, ["cart-0001-001", "cart-0002-002"]);
    for node in &nodes {
        let mut connection = connect(&sandbox, node.address, &format!(":{A}@")).await.unwrap();
        let expected = if node.role == Role::Primary { "master" } else { "slave" };
        assert_eq!(role(&mut connection).await, expected, "{node:?}");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_node_that_fails_while_a_token_spreads_comes_back_with_it() {
    let (sandbox, client) = start(Timing { spread: Duration::from_millis(700), ..quick() }).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    let modify = client.modify_replication_group().replication_group_id("sessions").auth_token(B);
    modify.apply_immediately(true).send().await.unwrap();
    sleep(Duration::from_millis(350)).await;
    sandbox.elasticache.fail_over("sessions", "0001").await.unwrap();
    available(&client, "sessions").await;
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A, B]);
    assert_eq!(in_role(&sandbox.elasticache.nodes("sessions"), Role::Primary)[0].cache_cluster_id, "sessions-002");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_node_can_be_frozen_cut_and_mended() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    let view = sandbox.elasticache.nodes("sessions").remove(1);
    let node = sandbox.fleet.node(view.address).unwrap();
    let user = format!(":{A}@");
    let mut connection = connect(&sandbox, view.address, &user).await.unwrap();
    node.freeze().await;
    let ping = redis::cmd("PING");
    tokio::time::timeout(Duration::from_millis(300), ping.query_async::<String>(&mut connection))
        .await
        .unwrap_or_else(|_| Err(redis::RedisError::from((redis::ErrorKind::Io, "silent"))))
        .unwrap_err();
    node.thaw().await;
    connect(&sandbox, view.address, &user).await.unwrap();
    node.cut().await;
    connect(&sandbox, view.address, &user).await.unwrap_err();
    node.mend().await;
    connect(&sandbox, view.address, &user).await.unwrap();
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn groups_are_paged_tagged_and_deleted() {
    let (sandbox, client) = start(Timing { create: Duration::from_secs(60), ..quick() }).await;
    for number in 0..21 {
        let group = client.create_replication_group().replication_group_id(format!("group-{number:02}"));
        group.replication_group_description("one of many").num_cache_clusters(1).send().await.unwrap();
    }
    let first = client.describe_replication_groups().max_records(20).send().await.unwrap();
    assert_eq!(first.replication_groups().len(), 20);
    let rest = client.describe_replication_groups().max_records(20).marker(first.marker().unwrap());
    let rest = rest.send().await.unwrap();
    assert_eq!(rest.replication_groups()[0].replication_group_id(), Some("group-20"));
    assert!(rest.marker().is_none());
    let alone = client.describe_cache_clusters().show_cache_clusters_not_in_replication_groups(true);
    assert!(alone.send().await.unwrap().cache_clusters().is_empty());
    let invented = client.describe_cache_clusters().marker("invented").send().await.unwrap_err();
    assert!(invented.into_service_error().is_invalid_parameter_value_exception());
    let early = client.delete_replication_group().replication_group_id("group-00").send().await.unwrap_err();
    assert!(early.into_service_error().is_invalid_replication_group_state_fault());

    sandbox.elasticache.set_timing(quick());
    let tag = Tag::builder().key("redis-lifecycle:target").value("one").build();
    pair(&client, "tagged").tags(tag).send().await.unwrap();
    let arn = available(&client, "tagged").await.arn().unwrap().to_owned();
    let listed = client.list_tags_for_resource().resource_name(&arn).send().await.unwrap();
    assert_eq!(listed.tag_list()[0].value(), Some("one"));
    let more = Tag::builder().key("team").value("web").build();
    let added = client.add_tags_to_resource().resource_name(&arn).tags(more).send().await.unwrap();
    assert_eq!(added.tag_list().len(), 2);
    let removed = client.remove_tags_from_resource().resource_name(&arn).tag_keys("team").send().await.unwrap();
    assert_eq!(removed.tag_list().len(), 1);
    client.delete_replication_group().replication_group_id("tagged").send().await.unwrap();
    let deadline = Instant::now() + LIMIT;
    while client.describe_replication_groups().replication_group_id("tagged").send().await.is_ok() {
        assert!(Instant::now() < deadline, "it is never gone");
        sleep(Duration::from_millis(50)).await;
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn no_process_outlives_its_sandbox() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    let mut pids = Vec::new();
    for view in sandbox.elasticache.nodes("sessions") {
        pids.extend(sandbox.fleet.node(view.address).unwrap().pid().await);
    }
    let alive = |pid: &i32| std::path::Path::new(&format!("/proc/{pid}")).exists();
    assert_eq!(pids.iter().filter(|pid| alive(pid)).count(), 2);
    sandbox.stop().await.unwrap();
    assert_eq!(pids.iter().filter(|pid| alive(pid)).count(), 0);
}
