//! The load and the watcher on real replication groups.

use std::time::Duration;

use sandbox::{Options, Sandbox};
use secrecy::SecretString;
use tokio::time::sleep;

use super::{Kind, Load, LoadOptions, LoadTarget, Watcher, WatcherOptions};
use crate::{Provisioned, Topology, provision};

const DOCUMENT: &str = r#"{
    "name": "koneksi-prod",
    "backend": { "type": "elasticache-auth", "replication_group_id": "koneksi-prod" },
    "secret": { "id": "koneksi/prod/redis/auth-token" }
}"#;
const SINGLE: Topology = Topology::Single { replicas: 1 };
const CLUSTER: Topology = Topology::Cluster { shards: 2, replicas: 1 };

async fn start(topology: Topology) -> (Sandbox, Provisioned, Load, Watcher) {
    start_with(topology, LoadOptions::default()).await
}

async fn start_with(topology: Topology, options: LoadOptions) -> (Sandbox, Provisioned, Load, Watcher) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let token = SecretString::from("a-token-that-every-node-accepts");
    let made = provision(&sandbox, DOCUMENT, topology, Some(&token)).await.unwrap();
    let target = LoadTarget::new(&sandbox, &made.site, &made.secret_arn);
    let load = Load::start(target.clone(), options).await.unwrap();
    let watcher = Watcher::start(target, WatcherOptions::default()).await.unwrap();
    (sandbox, made, load, watcher)
}

async fn nothing_fails_on(topology: Topology, nodes: u64) {
    let (sandbox, _, load, watcher) = start(topology).await;
    sleep(Duration::from_secs(3)).await;
    load.restart();
    sleep(Duration::from_secs(1)).await;
    let (stats, report) = (load.stop().await, watcher.stop().await);
    assert_eq!((stats.failed, stats.wrongpass_seen), (0, 0), "{stats:?}");
    assert!(stats.commands > 200, "{stats:?}");
    assert!(stats.reconnects > 2 * nodes && stats.restarts > 2 * nodes, "{stats:?}");
    assert!(Kind::ALL.iter().all(|kind| stats.by_kind[kind].commands > 50), "{stats:?}");
    assert_eq!((report.refused, report.blind), (0, 0), "{report:?}");
    assert!(report.logins > 2 * nodes, "{report:?}");
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_with_a_replica_answers_every_command() {
    nothing_fails_on(SINGLE, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_of_two_shards_answers_every_command() {
    nothing_fails_on(CLUSTER, 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_no_node_accepts_fails_both_kinds_of_client_and_is_a_violation_on_every_node() {
    let (sandbox, made, load, watcher) = start(SINGLE).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(load.stats().failed, 0, "{:?}", load.stats());
    let wrong = "a-token-that-no-node-has-ever-seen";
    let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
    secrets.put_secret_value().secret_id(&made.secret_arn).secret_string(wrong).send().await.unwrap();
    sleep(Duration::from_millis(500)).await;
    load.restart();
    sleep(Duration::from_secs(2)).await;
    let (stats, report) = (load.stop().await, watcher.stop().await);
    assert!(Kind::ALL.iter().all(|kind| stats.by_kind[kind].failed > 0), "{stats:?}");
    let mut nodes: Vec<_> = report.violations.iter().map(|violation| &violation.node).collect();
    nodes.sort();
    nodes.dedup();
    assert_eq!(nodes.len(), 2, "{report:?}");
    let said = format!("{stats:?} {report:?}");
    assert!(said.contains("WRONGPASS") && !said.contains(wrong), "{said}");
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_rereads_survives_a_hard_change_and_one_that_does_not_fails() {
    // No client restarts: a restart would give the new token to clients that read the secret only then.
    let options = LoadOptions { connections_per_restart: 1_000_000, ..LoadOptions::default() };
    let (sandbox, made, load, watcher) = start_with(SINGLE, options).await;
    let (rotate, set) = ("ROTATE".into(), "SET".into());
    let second = "the-second-token-of-the-group";
    let secrets = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
    let elasticache = aws_sdk_elasticache::Client::new(&sandbox.sdk_config());
    for strategy in [rotate, set] {
        let modify =
            elasticache.modify_replication_group().replication_group_id(made.site.cache()).apply_immediately(true);
        modify.auth_token(second).auth_token_update_strategy(strategy).send().await.unwrap();
        loop {
            sleep(Duration::from_millis(400)).await;
            let answer = elasticache.describe_replication_groups().replication_group_id(made.site.cache()).send();
            if answer.await.unwrap().replication_groups()[0].status() == Some("available") {
                break;
            }
        }
        // AWSCURRENT moves between ROTATE and SET, as in a careful rotation.
        secrets.put_secret_value().secret_id(&made.secret_arn).secret_string(second).send().await.unwrap();
    }
    sleep(Duration::from_secs(2)).await;
    let (stats, report) = (load.stop().await, watcher.stop().await);
    let rereading = stats.by_kind[&Kind::Rereading];
    assert!(rereading.failed == 0 && rereading.wrongpass_seen > 0, "{stats:?}");
    assert!(stats.by_kind[&Kind::StartOnly].failed > 0, "{stats:?}");
    assert_eq!(report.refused, 0, "{report:?}");
    sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failover_fails_no_command() {
    for topology in [SINGLE, CLUSTER] {
        let (sandbox, made, load, watcher) = start(topology).await;
        let elasticache = aws_sdk_elasticache::Client::new(&sandbox.sdk_config());
        let failover = elasticache.test_failover().replication_group_id(made.site.cache()).node_group_id("0001");
        failover.send().await.unwrap();
        sleep(Duration::from_secs(5)).await;
        let (stats, report) = (load.stop().await, watcher.stop().await);
        assert_eq!(stats.failed, 0, "{stats:?}");
        assert!(stats.recovered > 0, "no client noticed the failover: {stats:?}");
        assert_eq!(report.refused, 0, "{report:?}");
        sandbox.stop().await.unwrap();
    }
}
