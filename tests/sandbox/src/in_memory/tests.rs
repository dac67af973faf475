//! Tests of the AWS in memory, with the real SDK.

mod ecs;
mod snapshots;

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_secretsmanager::{Client, config::SharedAsyncSleep, error::SdkError};
use aws_smithy_async::rt::sleep::TokioSleep;
use serde_json::json;
use tokio::time::sleep;

use super::{InMemory, Options};
use crate::{
    chance, clock,
    delivery::EventTiming,
    faults::{At, Rule, What},
    lambda::{Here, InvocationResult},
    redis::{Node, PORT},
    services::{ecs::EcsTiming, elasticache::Timing, secrets_manager::RotationTiming},
};

fn start(seed: u64) -> Arc<InMemory> {
    clock::set("2026-11-30T09:00:00Z".parse().unwrap());
    chance::seed(seed);
    let options = Options {
        rotation: RotationTiming::new(5, Duration::from_secs(5)),
        elasticache: Timing {
            create: Duration::from_secs(300),
            modify: Duration::from_secs(120),
            spread: Duration::from_secs(10),
            snapshot: Duration::from_secs(60),
            stale: Duration::ZERO,
            stale_users: Duration::ZERO,
        },
        ecs: EcsTiming::default(),
        events: EventTiming::default(),
    };
    Arc::new(InMemory::new(options, Arc::new(|| Duration::from_millis(fastrand::u64(1..30)))))
}

fn config() -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .build()
}

fn client(aws: &InMemory, principal: &str) -> Client {
    Client::new(&aws.configure(config(), principal))
}

/// A function that reads a secret twice.
fn reader(aws: &Arc<InMemory>) -> Here {
    let aws = aws.clone();
    Here::new(Duration::from_secs(30), move |work| {
        let client = client(&aws, &work.principal);
        Box::pin(async move {
            for _ in 0..2 {
                let read = client.get_secret_value().secret_id("orders").send().await;
                read.map_err(|error| ("Failed".to_owned(), format!("{error:?}")))?;
            }
            Ok(json!("read"))
        })
    })
}

/// Creates a secret, reads it in a function of this process, and returns every call.
async fn story(seed: u64) -> String {
    let aws = start(seed);
    let person = client(&aws, "person");
    person.create_secret().name("orders").secret_string("secret").send().await.unwrap();
    aws.runner.add_here("reader", reader(&aws));
    let ended = aws.runner.invoke("reader", &json!({}), "read").await;
    assert_eq!(ended.result, InvocationResult::Returned(json!("read")));
    aws.stop().await;
    format!("{} {:?}", ended.request_id, aws.journal.entries())
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_calls_at_the_same_times() {
    let first = story(1).await;
    assert!(first.contains("reader.1") && first.contains("GetSecretValue"), "{first}");
    assert_eq!((story(2).await == first, story(1).await == first), (false, true));
}

#[tokio::test(start_paused = true)]
async fn a_fault_kills_a_function_of_this_process_at_its_call() {
    let aws = start(1);
    let person = client(&aws, "person");
    person.create_secret().name("orders").secret_string("secret").send().await.unwrap();
    aws.runner.add_here("reader", reader(&aws));
    aws.faults.arm(Rule::new("reader", At::Call(1), What::KillAfter));
    let ended = aws.runner.invoke("reader", &json!({}), "read").await;
    let InvocationResult::Failed { error_type, .. } = ended.result else { panic!("{ended:?}") };
    assert_eq!((error_type.as_str(), aws.journal.effective("GetSecretValue")), ("Runtime.ExitError", 1));
    aws.faults
        .choose(|place, operation| (place.nth == 2 && operation == "GetSecretValue").then_some(What::InternalError));
    aws.runner.invoke("reader", &json!({}), "read").await;
    assert_eq!(aws.faults.fired(), 2);
    aws.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_response_is_a_dispatch_failure() {
    let aws = start(1);
    aws.runner.add_here("reader", reader(&aws));
    let missing = client(&aws, "person").get_secret_value().secret_id("orders").send().await.unwrap_err();
    assert!(matches!(missing, SdkError::ServiceError(_)), "{missing:?}");
    aws.faults.arm(Rule::new("reader", At::Every, What::Reset).times(100));
    let ended = aws.runner.invoke("reader", &json!({}), "read").await;
    let InvocationResult::Failed { message, .. } = ended.result else { panic!("{ended:?}") };
    assert!(message.starts_with("DispatchFailure"), "{message}");
    aws.stop().await;
}

fn elasticache(aws: &InMemory) -> aws_sdk_elasticache::Client {
    aws_sdk_elasticache::Client::new(&aws.configure(config(), "person"))
}

/// A replication group of two nodes in memory, with this token.
async fn group(aws: &InMemory, token: &str) -> [Arc<Node>; 2] {
    let create = elasticache(aws).create_replication_group();
    let create = create.replication_group_id("orders").replication_group_description("orders").auth_token(token);
    let create = create.transit_encryption_enabled(true).num_cache_clusters(2).automatic_failover_enabled(true);
    create.send().await.unwrap();
    sleep(Duration::from_secs(310)).await;
    let nodes = aws.elasticache.nodes("orders").into_iter().map(|view| aws.fleet.node(view.address).unwrap());
    nodes.collect::<Vec<_>>().try_into().unwrap()
}

fn accepts(node: &Node, token: &str) -> bool {
    node.simulated().unwrap().lock().unwrap().accepts("default", token)
}

#[tokio::test(start_paused = true)]
async fn a_token_reaches_the_nodes_of_a_group_in_memory_one_after_the_other() {
    let aws = start(1);
    let nodes = group(&aws, "first-token-of-the-group").await;
    let modify = elasticache(&aws).modify_replication_group();
    let modify = modify.replication_group_id("orders").auth_token("second-token-of-the-group");
    modify.auth_token_update_strategy("ROTATE".into()).apply_immediately(true).send().await.unwrap();
    let accept = |token| [accepts(&nodes[0], token), accepts(&nodes[1], token)];
    for (after, second) in [(115, [false, false]), (10, [true, false]), (10, [true, true])] {
        sleep(Duration::from_secs(after)).await;
        assert_eq!((accept("first-token-of-the-group"), accept("second-token-of-the-group")), ([true, true], second));
    }
    assert_eq!(accept("another-token-of-the-group"), [false, false]);
    aws.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_primary_endpoint_of_a_group_in_memory_follows_a_failover() {
    let aws = start(1);
    let nodes = group(&aws, "first-token-of-the-group").await;
    let described = elasticache(&aws).describe_replication_groups().send().await.unwrap();
    let endpoint = described.replication_groups()[0].node_groups()[0].primary_endpoint().unwrap().address().unwrap();
    let address: Ipv4Addr = endpoint.parse().unwrap();
    let reached = || aws.fleet.reach((address, PORT).into());
    assert_eq!(reached(), Some(nodes[0].address()));
    let (service, old) = (aws.elasticache.clone(), nodes[0].clone());
    let failover = tokio::spawn(async move { service.fail_over("orders", "0001").await });
    sleep(Duration::from_secs(1)).await;
    assert_eq!((reached(), aws.fleet.reach((old.address(), PORT).into()).is_none()), (None, true));
    failover.await.unwrap().unwrap();
    assert_eq!(reached(), Some(nodes[1].address()));
    assert!(accepts(&old, "first-token-of-the-group"), "it has its tokens again");
    aws.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_replica_joins_a_group_in_memory_with_its_tokens_and_leaves_it() {
    let aws = start(1);
    group(&aws, "first-token-of-the-group").await;
    let count = |count| aws.elasticache.nodes("orders").len() == count;
    let increase = elasticache(&aws).increase_replica_count().replication_group_id("orders").new_replica_count(2);
    increase.apply_immediately(true).send().await.unwrap();
    sleep(Duration::from_secs(115)).await;
    assert!(count(2), "it joins later");
    // The change takes 120 s, and then the node starts.
    sleep(Duration::from_secs(20)).await;
    assert!(count(3));
    let joined = aws.fleet.node(aws.elasticache.nodes("orders")[2].address).unwrap();
    assert!(accepts(&joined, "first-token-of-the-group") && !accepts(&joined, "another-token-of-the-group"));
    let decrease = elasticache(&aws).decrease_replica_count().replication_group_id("orders").new_replica_count(1);
    decrease.apply_immediately(true).send().await.unwrap();
    sleep(Duration::from_secs(125)).await;
    assert!(count(2) && aws.fleet.node(joined.address()).is_none());
    assert_eq!((aws.journal.effective("Join"), aws.journal.effective("Leave")), (1, 1));
    aws.stop().await;
}
