//! The endpoints and the nodes of replication groups.

use super::*;

#[tokio::test]
async fn a_pair_has_endpoints_that_follow_the_roles_and_nodes_that_accept_logins() {
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
async fn a_cluster_has_one_configuration_endpoint_and_nodes_that_accept_logins() {
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
async fn groups_can_be_listed_in_pages_tagged_and_deleted() {
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
        assert!(Instant::now() < deadline, "the group is not deleted");
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
