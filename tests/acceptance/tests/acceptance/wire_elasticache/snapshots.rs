//! Snapshots of groups and of their nodes, with real data in them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticache::types::{Snapshot, SourceType, Tag};
use sandbox::services::elasticache::PastSnapshot;

use super::*;

/// Creates an open group without TLS: the shortest that can take snapshots.
async fn single(client: &Client, id: &str) {
    let create = client.create_replication_group().replication_group_id(id).replication_group_description("orders");
    create.num_cache_clusters(1).send().await.unwrap();
    available(client, id).await;
}

async fn snapshot(client: &Client, name: &str) -> Option<Snapshot> {
    match client.describe_snapshots().snapshot_name(name).show_node_group_config(true).send().await {
        Ok(answer) => Some(answer.snapshots.unwrap().remove(0)),
        Err(error) => {
            let error = error.into_service_error();
            assert!(error.is_snapshot_not_found_fault(), "{error:?}");
            None
        }
    }
}

/// Waits until a snapshot has this status; `None` if it is to be gone.
async fn turns(client: &Client, name: &str, status: Option<&str>) -> Option<Snapshot> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let seen = snapshot(client, name).await;
        if seen.as_ref().and_then(Snapshot::snapshot_status) == status {
            return seen;
        }
        assert!(Instant::now() < deadline, "{name} is still {seen:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

fn past(name: &str, at: &str) -> PastSnapshot {
    PastSnapshot::new("orders", name, at.parse().unwrap())
}

fn names(snapshots: &[Snapshot]) -> Vec<&str> {
    snapshots.iter().filter_map(Snapshot::snapshot_name).collect()
}

#[tokio::test]
async fn a_snapshot_of_a_group_holds_the_data_of_every_shard() {
    let (sandbox, client) = start(quick()).await;
    cluster(&client, "sessions").send().await.unwrap();
    available(&client, "sessions").await;
    for node in in_role(&sandbox.elasticache.nodes("sessions"), Role::Primary) {
        let mut connection = connect(&sandbox, node.address, &format!(":{A}@")).await.unwrap();
        // Each key is in the slot of one shard only.
        for key in ["a", "b"] {
            let _ = redis::cmd("SET").arg(key).arg(format!("the value of {key}")).exec_async(&mut connection).await;
        }
    }
    let create = client.create_snapshot().replication_group_id("sessions").snapshot_name("Sessions-Before");
    let created = create.send().await.unwrap().snapshot.unwrap();
    assert_eq!((created.snapshot_name(), created.snapshot_status()), (Some("sessions-before"), Some("creating")));
    let part = &created.node_snapshots()[0];
    assert_eq!((part.cache_size(), part.snapshot_create_time()), (Some(""), None));
    assert_eq!(describe(&client, "sessions").await.status(), Some("snapshotting"));

    let done = turns(&client, "sessions-before", Some("available")).await.unwrap();
    assert_eq!((done.replication_group_id(), done.cache_cluster_id()), (Some("sessions"), None));
    assert_eq!((done.snapshot_source(), done.num_node_groups()), (Some("manual"), Some(2)));
    let slots = done.node_snapshots().iter().map(|part| {
        assert!(part.snapshot_create_time().is_some());
        assert_eq!(part.cache_size(), Some("1 MB"));
        (part.node_group_id().unwrap(), part.node_group_configuration().unwrap().slots().unwrap())
    });
    assert_eq!(slots.collect::<Vec<_>>(), [("0001", "0-8191"), ("0002", "8192-16383")]);
    let rdbs = sandbox.elasticache.snapshot_rdbs("sessions-before");
    let holds = |rdb: &[u8], text: &str| rdb.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(rdbs.iter().all(|rdb| rdb.starts_with(b"REDIS") && rdb[rdb.len() - 9] == 0xff), "two whole files");
    // The slot of `a` is 15495, that of `b` 3300.
    for (key, held) in [("a", [false, true]), ("b", [true, false])] {
        let value = format!("the value of {key}");
        assert_eq!(rdbs.iter().map(|rdb| holds(rdb, &value)).collect::<Vec<_>>(), held, "{key}");
    }
    assert_eq!(available(&client, "sessions").await.status(), Some("available"));
    let events = client.describe_events().source_type(SourceType::CacheCluster).send().await.unwrap();
    let messages: Vec<_> = events.events().iter().filter_map(|event| event.message()).collect();
    // The replicas, as AWS prefers them.
    let expected = ["sessions-0001-002", "sessions-0002-002"]
        .map(|node| format!("Snapshot succeeded for snapshot with ID 'sessions-before' of cluster with ID '{node}'"));
    assert_eq!(messages, expected);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_group_that_is_snapshotting_refuses_other_changes_and_other_snapshots() {
    let (sandbox, client) = start(Timing { snapshot: Duration::from_secs(60), ..quick() }).await;
    single(&client, "orders").await;
    let create = |name: &str| client.create_snapshot().replication_group_id("orders").snapshot_name(name);
    create("first").send().await.unwrap();
    let twice = create("FIRST").send().await.unwrap_err().into_service_error();
    assert!(twice.is_snapshot_already_exists_fault(), "{twice:?}");
    let busy = create("second").send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_replication_group_state_fault(), "{busy:?}");
    let node = client.create_snapshot().cache_cluster_id("orders-001").snapshot_name("third");
    let busy = node.send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_cache_cluster_state_fault(), "{busy:?}");
    let delete = client.delete_replication_group().replication_group_id("orders").send().await;
    assert!(delete.unwrap_err().into_service_error().is_invalid_replication_group_state_fault());
    let early = client.delete_snapshot().snapshot_name("first").send().await.unwrap_err().into_service_error();
    assert!(early.is_invalid_snapshot_state_fault(), "{early:?}");
    let clusters = client.describe_cache_clusters().send().await.unwrap();
    assert_eq!(clusters.cache_clusters()[0].cache_cluster_status(), Some("snapshotting"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn every_rejection_of_a_snapshot_is_a_typed_error() {
    let (sandbox, client) = start(quick()).await;
    cluster(&client, "sessions").send().await.unwrap();
    let small = client.create_replication_group().replication_group_id("small").replication_group_description("old");
    small.num_cache_clusters(1).cache_node_type("cache.t1.micro").send().await.unwrap();
    available(&client, "sessions").await;
    available(&client, "small").await;
    let create = |name: &str| client.create_snapshot().snapshot_name(name);
    for name in ["", "1st", "two--hyphens", "trailing-", "automatic.sessions"] {
        let error = create(name).replication_group_id("sessions").send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{name:?}: {error:?}");
    }
    for ambiguous in [create("a"), create("a").replication_group_id("sessions").cache_cluster_id("small-001")] {
        let error = ambiguous.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_combination_exception(), "{error:?}");
    }
    let node = create("a").cache_cluster_id("sessions-0001-001").send().await.unwrap_err().into_service_error();
    assert!(node.is_invalid_parameter_combination_exception(), "{node:?}");
    let group = create("a").replication_group_id("other").send().await.unwrap_err().into_service_error();
    assert!(group.is_replication_group_not_found_fault(), "{group:?}");
    let node = create("a").cache_cluster_id("other-001").send().await.unwrap_err().into_service_error();
    assert!(node.is_cache_cluster_not_found_fault(), "{node:?}");
    let micro = create("a").replication_group_id("small").send().await.unwrap_err().into_service_error();
    assert!(micro.is_snapshot_feature_not_supported_fault(), "{micro:?}");
    let gone = client.delete_snapshot().snapshot_name("a").send().await.unwrap_err().into_service_error();
    assert!(gone.is_snapshot_not_found_fault(), "{gone:?}");
    let gone = client.copy_snapshot().source_snapshot_name("a").target_snapshot_name("b").send().await;
    assert!(gone.unwrap_err().into_service_error().is_snapshot_not_found_fault());
    let cluster = client.describe_snapshots().cache_cluster_id("other-001").send().await.unwrap_err();
    assert!(cluster.into_service_error().is_cache_cluster_not_found_fault());
    for wrong in [
        client.describe_snapshots().max_records(19),
        client.describe_snapshots().max_records(51),
        client.describe_snapshots().marker("made-up"),
        client.describe_snapshots().snapshot_source("manual"),
    ] {
        let error = wrong.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{error:?}");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_node_has_at_most_20_manual_snapshots_in_24_hours_even_if_they_are_deleted() {
    let (sandbox, client) = start(Timing { snapshot: Duration::ZERO, ..quick() }).await;
    single(&client, "orders").await;
    let automated = sandbox.elasticache.take_automated_snapshot("orders").unwrap();
    turns(&client, &automated, Some("available")).await;
    for number in 1..=20 {
        available(&client, "orders").await;
        let name = format!("snapshot-{number}");
        client.create_snapshot().replication_group_id("orders").snapshot_name(&name).send().await.unwrap();
        turns(&client, &name, Some("available")).await;
        client.delete_snapshot().snapshot_name(&name).send().await.unwrap();
    }
    available(&client, "orders").await;
    let one_more = client.create_snapshot().replication_group_id("orders").snapshot_name("one-more").send().await;
    assert!(one_more.unwrap_err().into_service_error().is_snapshot_quota_exceeded_fault());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn five_thousand_snapshots_are_listed_once_each_in_pages_of_fifty() {
    let (sandbox, client) = start(quick()).await;
    single(&client, "orders").await;
    for number in 0..5000 {
        sandbox.elasticache.put_snapshot(past(&format!("orders-{number:04}"), "2026-10-01T03:00:00Z")).unwrap();
    }
    let (mut seen, mut pages, mut marker) = (BTreeSet::new(), 0, None);
    loop {
        let page = client.describe_snapshots().set_marker(marker).send().await.unwrap();
        pages += 1;
        assert_eq!(page.snapshots().len(), 50);
        assert!(names(page.snapshots()).iter().all(|name| seen.insert((*name).to_owned())));
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), pages), (5000, 100));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn snapshots_are_found_by_source_and_by_a_group_that_is_gone_without_its_automated_ones() {
    let (sandbox, client) = start(quick()).await;
    single(&client, "orders").await;
    single(&client, "orders-eu").await;
    let mut automated = past("automatic.orders-2026-10-02-03-00", "2026-10-02T03:00:00Z");
    automated.automated = true;
    sandbox.elasticache.put_snapshot(automated).unwrap();
    sandbox.elasticache.put_snapshot(past("orders-1", "2026-10-01T03:00:00Z")).unwrap();
    let found = async |source: Option<&str>| {
        let describe = client.describe_snapshots().replication_group_id("orders");
        let answer = describe.set_snapshot_source(source.map(str::to_owned)).send().await.unwrap();
        let kinds = answer.snapshots().iter().map(|one| one.snapshot_source().unwrap().to_owned());
        kinds.zip(names(answer.snapshots()).into_iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    let [manual, automatic] = [("manual", "orders-1"), ("automated", "automatic.orders-2026-10-02-03-00")]
        .map(|(kind, name)| (kind.to_owned(), name.to_owned()));
    assert_eq!(found(Some("user")).await, BTreeMap::from([manual.clone()]));
    assert_eq!(found(Some("system")).await, BTreeMap::from([automatic.clone()]));
    assert_eq!(found(None).await, BTreeMap::from([manual.clone(), automatic]));
    let other = client.describe_snapshots().replication_group_id("orders-eu").send().await.unwrap();
    assert!(other.snapshots().is_empty());

    let delete = client.delete_replication_group().replication_group_id("orders");
    delete.final_snapshot_identifier("orders-last").send().await.unwrap();
    let deadline = Instant::now() + LIMIT;
    while client.describe_replication_groups().replication_group_id("orders").send().await.is_ok() {
        assert!(Instant::now() < deadline, "the group is not deleted");
        sleep(Duration::from_millis(20)).await;
    }
    let left = client.describe_snapshots().replication_group_id("orders").send().await.unwrap();
    assert_eq!(names(left.snapshots()), ["orders-1", "orders-last"]);
    assert_eq!(left.snapshots()[1].snapshot_status(), Some("available"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_copy_keeps_the_original_busy_and_outlives_it() {
    let (sandbox, client) = start(quick()).await;
    single(&client, "orders").await;
    let automated = sandbox.elasticache.take_automated_snapshot("orders").unwrap();
    assert!(automated.starts_with("automatic.orders-2"), "{automated}");
    turns(&client, &automated, Some("available")).await;
    let copy = client.copy_snapshot().source_snapshot_name(&automated).target_snapshot_name("Kept");
    let copied = copy.send().await.unwrap().snapshot.unwrap();
    assert_eq!((copied.snapshot_name(), copied.snapshot_source()), (Some("kept"), Some("manual")));
    assert_eq!(snapshot(&client, &automated).await.unwrap().snapshot_status(), Some("copying"));
    let delete = async || client.delete_snapshot().snapshot_name(&automated).send().await;
    assert!(delete().await.unwrap_err().into_service_error().is_invalid_snapshot_state_fault());
    turns(&client, "kept", Some("available")).await;
    turns(&client, &automated, Some("available")).await;
    assert_eq!(delete().await.unwrap().snapshot().unwrap().snapshot_status(), Some("deleting"));
    turns(&client, &automated, None).await;
    assert_eq!(sandbox.elasticache.snapshot_rdbs("kept").len(), 1);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_end_of_a_snapshot_is_visible_late_and_its_deletion_immediately() {
    let stale = Duration::from_millis(700);
    let (sandbox, client) = start(Timing { snapshot: Duration::ZERO, stale, ..quick() }).await;
    single(&client, "orders").await;
    client.create_snapshot().replication_group_id("orders").snapshot_name("one").send().await.unwrap();
    let deadline = Instant::now() + LIMIT;
    while sandbox.elasticache.snapshot_rdbs("one").is_empty() {
        assert!(Instant::now() < deadline, "the snapshot is not taken");
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(snapshot(&client, "one").await.unwrap().snapshot_status(), Some("creating"));
    turns(&client, "one", Some("available")).await;
    sandbox.elasticache.set_timing(Timing { snapshot: Duration::from_secs(60), stale, ..quick() });
    client.delete_snapshot().snapshot_name("one").send().await.unwrap();
    assert_eq!(snapshot(&client, "one").await.unwrap().snapshot_status(), Some("deleting"));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_snapshot_fails_if_no_node_of_a_shard_answers_and_can_be_deleted() {
    let (sandbox, client) = start(quick()).await;
    single(&client, "orders").await;
    let address = sandbox.elasticache.nodes("orders")[0].address;
    sandbox.fleet.node(address).unwrap().kill().await;
    client.create_snapshot().replication_group_id("orders").snapshot_name("one").send().await.unwrap();
    let failed = turns(&client, "one", Some("failed")).await.unwrap();
    assert_eq!(failed.node_snapshots()[0].snapshot_create_time(), None);
    available(&client, "orders").await;
    client.delete_snapshot().snapshot_name("one").send().await.unwrap();
    turns(&client, "one", None).await;
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_snapshot_has_the_tags_from_its_creation_and_those_that_are_added() {
    let (sandbox, client) = start(quick()).await;
    single(&client, "orders").await;
    let tag = |key: &str| Tag::builder().key(key).value("yes").build();
    let create = client.create_snapshot().cache_cluster_id("orders-001").snapshot_name("one").tags(tag("ours"));
    let created = create.send().await.unwrap().snapshot.unwrap();
    assert_eq!((created.cache_cluster_id(), created.replication_group_id()), (Some("orders-001"), None));
    let arn = "arn:aws:elasticache:us-east-1:123456789012:snapshot:one";
    assert_eq!(created.arn(), Some(arn));
    let keys =
        |tags: Option<Vec<Tag>>| tags.unwrap().iter().map(|tag| tag.key().unwrap().to_owned()).collect::<Vec<_>>();
    let added = client.add_tags_to_resource().resource_name(arn).tags(tag("pinned")).send().await.unwrap();
    assert_eq!(keys(added.tag_list), ["ours", "pinned"]);
    client.remove_tags_from_resource().resource_name(arn).tag_keys("pinned").send().await.unwrap();
    let listed = client.list_tags_for_resource().resource_name(arn).send().await.unwrap();
    assert_eq!(keys(listed.tag_list), ["ours"]);
    let other = client.list_tags_for_resource().resource_name(arn.replace("one", "two")).send().await.unwrap_err();
    assert!(other.into_service_error().is_snapshot_not_found_fault());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_new_group_starts_with_the_data_of_a_snapshot_which_is_restoring_meanwhile() {
    let (sandbox, client) = start(quick()).await;
    let plain = async |address: Ipv4Addr| {
        let redis = Redis::open(format!("redis://{address}:6379")).unwrap();
        redis.get_multiplexed_async_connection().await.unwrap()
    };
    single(&client, "orders").await;
    let mut connection = plain(sandbox.elasticache.nodes("orders")[0].address).await;
    redis::cmd("SET").arg("key").arg("value").exec_async(&mut connection).await.unwrap();
    client.create_snapshot().replication_group_id("orders").snapshot_name("one").send().await.unwrap();
    turns(&client, "one", Some("available")).await;
    sandbox.elasticache.set_timing(Timing { create: Duration::from_secs(1), ..quick() });
    let restore = |id: &str, name: &str| {
        let create = client.create_replication_group().replication_group_id(id).replication_group_description(id);
        create.num_cache_clusters(2).snapshot_name(name).send()
    };
    restore("restored", "One").await.unwrap();
    assert_eq!(snapshot(&client, "one").await.unwrap().snapshot_status(), Some("restoring"));
    let delete = client.delete_snapshot().snapshot_name("one").send().await.unwrap_err().into_service_error();
    assert!(delete.is_invalid_snapshot_state_fault(), "{delete:?}");
    let second = restore("second", "one").await.unwrap_err().into_service_error();
    assert!(second.is_invalid_parameter_value_exception(), "{second:?}");
    available(&client, "restored").await;
    turns(&client, "one", Some("available")).await;
    let nodes = sandbox.elasticache.nodes("restored");
    assert_eq!(nodes.len(), 2);
    for node in nodes {
        let mut connection = plain(node.address).await;
        let value: Option<String> = redis::cmd("GET").arg("key").query_async(&mut connection).await.unwrap();
        assert_eq!(value.as_deref(), Some("value"), "{node:?}");
    }
    // A snapshot from before the test is a file that a server can read.
    sandbox.elasticache.put_snapshot(past("orders-old", "2026-10-01T03:00:00Z")).unwrap();
    restore("empty", "orders-old").await.unwrap();
    available(&client, "empty").await;
    let mut connection = plain(sandbox.elasticache.nodes("empty")[0].address).await;
    assert_eq!(redis::cmd("DBSIZE").query_async::<i64>(&mut connection).await.unwrap(), 0);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_export_puts_a_file_for_each_shard_into_a_bucket_and_overwrites_none() {
    let (sandbox, client) = start(quick()).await;
    cluster(&client, "sessions").send().await.unwrap();
    available(&client, "sessions").await;
    client.create_snapshot().replication_group_id("sessions").snapshot_name("one").send().await.unwrap();
    turns(&client, "one", Some("available")).await;
    let export = |target: &str, bucket: &str| {
        let copy = client.copy_snapshot().source_snapshot_name("one").target_snapshot_name(target);
        copy.target_bucket(bucket).send()
    };
    let missing = export("out", "backups").await.unwrap_err().into_service_error();
    assert!(missing.is_invalid_parameter_value_exception(), "{missing:?}");
    sandbox.s3.create_bucket("backups");
    export("Out", "backups").await.unwrap();
    assert_eq!(snapshot(&client, "one").await.unwrap().snapshot_status(), Some("copying"));
    turns(&client, "one", Some("available")).await;
    assert_eq!(sandbox.s3.keys("backups"), ["out-0001.rdb", "out-0002.rdb"]);
    for (key, rdb) in sandbox.s3.keys("backups").iter().zip(sandbox.elasticache.snapshot_rdbs("one")) {
        assert_eq!(sandbox.s3.object("backups", key).unwrap().bytes, rdb);
    }
    assert!(snapshot(&client, "out").await.is_none());
    let again = export("out", "backups").await.unwrap_err().into_service_error();
    assert!(again.is_invalid_parameter_value_exception(), "{again:?}");
    sandbox.stop().await.unwrap();
}
