//! Failovers and failures of nodes.

use super::*;

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
async fn a_failover_affects_one_shard_of_a_cluster_only() {
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
async fn a_node_that_fails_during_a_change_of_the_token_has_it_after_its_replacement() {
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
async fn a_node_can_be_frozen_disconnected_and_repaired() {
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
