//! Snapshots of serverless caches.

use aws_sdk_elasticache::types::{ServerlessCacheSnapshot, Tag};
use sandbox::services::elasticache::PastSnapshot;

use super::{rbac::*, *};

async fn snapshot(client: &Client, name: &str) -> Option<ServerlessCacheSnapshot> {
    match client.describe_serverless_cache_snapshots().serverless_cache_snapshot_name(name).send().await {
        Ok(answer) => Some(answer.serverless_cache_snapshots.unwrap().remove(0)),
        Err(error) => {
            let error = error.into_service_error();
            assert!(error.is_serverless_cache_snapshot_not_found_fault(), "{error:?}");
            None
        }
    }
}

/// Waits until a snapshot has this status; `None` if it is to be gone.
async fn turns(client: &Client, name: &str, status: Option<&str>) -> Option<ServerlessCacheSnapshot> {
    let deadline = Instant::now() + LIMIT;
    loop {
        let seen = snapshot(client, name).await;
        if seen.as_ref().and_then(ServerlessCacheSnapshot::status) == status {
            return seen;
        }
        assert!(Instant::now() < deadline, "{name} is still {seen:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_snapshot_of_a_cache_holds_its_data_and_eventbridge_tells_of_it() {
    let (sandbox, client) = start(quick()).await;
    serverless(&client, "cart", None).await;
    let primary = in_role(&sandbox.elasticache.nodes("cart"), Role::Primary)[0].address;
    let mut connection = connect(&sandbox, primary, "").await.unwrap();
    redis::cmd("SET").arg("key").arg("the value of key").exec_async(&mut connection).await.unwrap();
    let create = client.create_serverless_cache_snapshot().serverless_cache_name("cart");
    let tag = Tag::builder().key("ours").value("yes").build();
    let created = create.serverless_cache_snapshot_name("Cart-Before").tags(tag).send().await.unwrap();
    let created = created.serverless_cache_snapshot.unwrap();
    let arn = "arn:aws:elasticache:us-east-1:123456789012:serverlesscachesnapshot:cart-before";
    assert_eq!((created.status(), created.arn()), (Some("creating"), Some(arn)));
    let done = turns(&client, "cart-before", Some("available")).await.unwrap();
    assert_eq!((done.snapshot_type(), done.expiry_time()), (Some("manual"), None));
    assert_eq!(done.create_time(), created.create_time());
    assert_eq!(done.serverless_cache_configuration().unwrap().serverless_cache_name(), Some("cart"));
    let rdb = sandbox.elasticache.serverless_snapshot_rdb("cart-before").unwrap();
    assert_eq!(done.bytes_used_for_cache(), Some(rdb.len().to_string().as_str()));
    assert!(rdb.windows(16).any(|part| part == b"the value of key"));
    let tags = client.list_tags_for_resource().resource_name(arn).send().await.unwrap();
    assert_eq!(tags.tag_list()[0].key(), Some("ours"));
    let events = sandbox.events.events();
    assert_eq!((&events[0]["detail-type"], &events[0]["resources"][0]), (&"Snapshot Created".into(), &arn.into()));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_cache_refuses_changes_during_a_snapshot_although_its_status_is_available() {
    let (sandbox, client) = start(Timing { snapshot: Duration::from_secs(60), ..quick() }).await;
    serverless(&client, "cart", None).await;
    let create = |name: &str| {
        client.create_serverless_cache_snapshot().serverless_cache_name("cart").serverless_cache_snapshot_name(name)
    };
    create("first").send().await.unwrap();
    cache_available(&client, "cart").await;
    let twice = create("FIRST").send().await.unwrap_err().into_service_error();
    assert!(twice.is_serverless_cache_snapshot_already_exists_fault(), "{twice:?}");
    let busy = create("second").send().await.unwrap_err().into_service_error();
    assert!(busy.is_invalid_serverless_cache_state_fault(), "{busy:?}");
    let delete = client.delete_serverless_cache().serverless_cache_name("cart").send().await.unwrap_err();
    assert!(delete.into_service_error().is_invalid_serverless_cache_state_fault());
    let early = client.delete_serverless_cache_snapshot().serverless_cache_snapshot_name("first").send().await;
    assert!(early.unwrap_err().into_service_error().is_invalid_serverless_cache_snapshot_state_fault());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_cache_has_at_most_24_manual_snapshots_in_24_hours() {
    let (sandbox, client) = start(Timing { snapshot: Duration::ZERO, ..quick() }).await;
    serverless(&client, "cart", None).await;
    let create = |number: usize| {
        let create = client.create_serverless_cache_snapshot().serverless_cache_name("cart");
        create.serverless_cache_snapshot_name(format!("cart-{number}")).send()
    };
    for number in 1..=24 {
        create(number).await.unwrap();
        turns(&client, &format!("cart-{number}"), Some("available")).await;
    }
    let one_more = create(25).await.unwrap_err().into_service_error();
    assert!(one_more.is_serverless_cache_snapshot_quota_exceeded_fault(), "{one_more:?}");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_automated_snapshots_of_a_cache_expire_and_go_with_it_but_copies_stay() {
    let (sandbox, client) = start(quick()).await;
    serverless(&client, "cart", None).await;
    let automated = sandbox.elasticache.take_automated_serverless_snapshot("cart").unwrap();
    let seen = turns(&client, &automated, Some("available")).await.unwrap();
    assert_eq!(seen.snapshot_type(), Some("automated"));
    assert_eq!(seen.expiry_time().unwrap().secs() - seen.create_time().unwrap().secs(), 24 * 3600);
    let copy = client.copy_serverless_cache_snapshot().source_serverless_cache_snapshot_name(&automated);
    copy.target_serverless_cache_snapshot_name("kept").send().await.unwrap();
    assert_eq!(snapshot(&client, &automated).await.unwrap().status(), Some("copying"));
    turns(&client, "kept", Some("available")).await;
    let delete = client.delete_serverless_cache().serverless_cache_name("cart").final_snapshot_name("last");
    delete.send().await.unwrap();
    let deadline = Instant::now() + LIMIT;
    while client.describe_serverless_caches().serverless_cache_name("cart").send().await.is_ok() {
        assert!(Instant::now() < deadline, "the cache is not deleted");
        sleep(Duration::from_millis(20)).await;
    }
    let left = client.describe_serverless_cache_snapshots().serverless_cache_name("cart").send().await.unwrap();
    let left = left
        .serverless_cache_snapshots()
        .iter()
        .map(|one| (one.serverless_cache_snapshot_name().unwrap(), one.status().unwrap()));
    assert_eq!(left.collect::<Vec<_>>(), [("kept", "available"), ("last", "available")]);
    client.delete_serverless_cache_snapshot().serverless_cache_snapshot_name("kept").send().await.unwrap();
    turns(&client, "kept", None).await;
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn snapshots_of_caches_are_listed_in_pages_by_type_and_by_cache() {
    let (sandbox, client) = start(quick()).await;
    serverless(&client, "cart", None).await;
    for number in 0..120 {
        let mut past = PastSnapshot::new("cart", &format!("cart-{number:03}"), "2026-10-01T03:00:00Z".parse().unwrap());
        past.automated = number % 2 == 0;
        sandbox.elasticache.put_serverless_snapshot(past).unwrap();
    }
    let describe =
        || client.describe_serverless_cache_snapshots().serverless_cache_name("cart").snapshot_type("manual");
    let first = describe().send().await.unwrap();
    let second = describe().set_next_token(first.next_token.clone()).send().await.unwrap();
    assert_eq!((first.serverless_cache_snapshots().len(), second.serverless_cache_snapshots().len()), (50, 10));
    assert_eq!(second.next_token(), None);
    for wrong in [describe().max_results(51), describe().next_token("made-up"), describe().snapshot_type("user")] {
        let error = wrong.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{error:?}");
    }
    let other = client.describe_serverless_cache_snapshots().serverless_cache_name("other").send().await;
    assert!(other.unwrap_err().into_service_error().is_serverless_cache_not_found_fault());
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn the_export_of_a_snapshot_of_a_cache_puts_its_file_into_a_bucket() {
    let (sandbox, client) = start(quick()).await;
    serverless(&client, "cart", None).await;
    let create = client.create_serverless_cache_snapshot().serverless_cache_name("cart");
    create.serverless_cache_snapshot_name("one").send().await.unwrap();
    turns(&client, "one", Some("available")).await;
    let export = || {
        let export = client.export_serverless_cache_snapshot().serverless_cache_snapshot_name("one");
        export.s3_bucket_name("backups").send()
    };
    let missing = export().await.unwrap_err().into_service_error();
    assert!(missing.is_invalid_parameter_value_exception(), "{missing:?}");
    sandbox.s3.create_bucket("backups");
    export().await.unwrap();
    assert_eq!(snapshot(&client, "one").await.unwrap().status(), Some("exporting"));
    turns(&client, "one", Some("available")).await;
    let exported = sandbox.s3.object("backups", "one-0001.rdb").unwrap().bytes;
    assert_eq!(Some(exported), sandbox.elasticache.serverless_snapshot_rdb("one"));
    sandbox.stop().await.unwrap();
}
