//! Replicas that join a group and leave it.

use aws_sdk_elasticache::types::ConfigureShard;

use super::*;

fn ids(group: &ReplicationGroup) -> Vec<&str> {
    group.member_clusters().iter().map(String::as_str).collect()
}

/// The number of nodes that a node tells clients about.
async fn told_of(sandbox: &Sandbox, host: impl Display) -> usize {
    let mut connection = connect(sandbox, host, &format!(":{A}@")).await.unwrap();
    let nodes: String = redis::cmd("CLUSTER").arg("NODES").query_async(&mut connection).await.unwrap();
    nodes.lines().count()
}

#[tokio::test]
async fn a_replica_that_is_added_has_the_tokens_and_the_data_once_it_has_an_address() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    change(&client, "sessions", B, AuthTokenUpdateStrategyType::Rotate).await;
    let primary = in_role(&sandbox.elasticache.nodes("sessions"), Role::Primary)[0].address;
    let mut writer = connect(&sandbox, primary, &format!(":{A}@")).await.unwrap();
    redis::cmd("SET").arg("kept").arg("yes").query_async::<()>(&mut writer).await.unwrap();

    let increase = client.increase_replica_count().replication_group_id("sessions").new_replica_count(2);
    increase.apply_immediately(true).send().await.unwrap();
    let group = describe(&client, "sessions").await;
    assert_eq!(
        (group.status(), ids(&group)),
        (Some("modifying"), vec!["sessions-001", "sessions-002", "sessions-003"])
    );
    let members = group.node_groups()[0].node_group_members();
    assert!(members[1].read_endpoint().is_some() && members[2].read_endpoint().is_none(), "{members:?}");
    let group = available(&client, "sessions").await;
    let members = group.node_groups()[0].node_group_members();
    assert_eq!(members[2].current_role(), Some("replica"));
    let joined = address(members[2].read_endpoint());
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A, B]);
    let mut reader = connect(&sandbox, joined, &format!(":{B}@")).await.unwrap();
    assert_eq!(role(&mut reader).await, "slave");
    assert_eq!(redis::cmd("GET").arg("kept").query_async::<String>(&mut reader).await.unwrap(), "yes");
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn replicas_leave_and_the_primary_stays() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").num_cache_clusters(3).auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    client.test_failover().replication_group_id("sessions").node_group_id("0001").send().await.unwrap();
    available(&client, "sessions").await;
    let before = sandbox.elasticache.nodes("sessions");

    let decrease = client.decrease_replica_count().replication_group_id("sessions").new_replica_count(1);
    decrease.apply_immediately(true).send().await.unwrap();
    assert_eq!(describe(&client, "sessions").await.status(), Some("modifying"));
    let group = available(&client, "sessions").await;
    assert_eq!(ids(&group), ["sessions-001", "sessions-002"]);
    let primary = address(group.node_groups()[0].primary_endpoint());
    let mut connection = connect(&sandbox, primary, &format!(":{A}@")).await.unwrap();
    assert_eq!(role(&mut connection).await, "master");
    let after = sandbox.elasticache.nodes("sessions");
    assert_eq!(in_role(&after, Role::Primary)[0].cache_cluster_id, "sessions-002");
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A]);
    connect(&sandbox, before[2].address, &format!(":{A}@")).await.unwrap_err();
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_replica_joins_one_shard_of_a_cluster_and_leaves_it() {
    let (sandbox, client) = start(quick()).await;
    cluster(&client, "cart").send().await.unwrap();
    available(&client, "cart").await;
    let more = ConfigureShard::builder().node_group_id("0002").new_replica_count(2).build();
    let increase = client.increase_replica_count().replication_group_id("cart").replica_configuration(more);
    increase.apply_immediately(true).send().await.unwrap();
    let group = available(&client, "cart").await;
    assert_eq!(ids(&group), ["cart-0001-001", "cart-0001-002", "cart-0002-001", "cart-0002-002", "cart-0002-003"]);
    assert_eq!(accepted_everywhere(&sandbox, "cart").await, [A]);
    let configuration = address(group.configuration_endpoint());
    assert_eq!(told_of(&sandbox, configuration).await, 5);

    let decrease = client.decrease_replica_count().replication_group_id("cart").replicas_to_remove("cart-0002-002");
    decrease.apply_immediately(true).send().await.unwrap();
    let group = available(&client, "cart").await;
    assert_eq!(ids(&group), ["cart-0001-001", "cart-0001-002", "cart-0002-001", "cart-0002-003"]);
    for node in sandbox.elasticache.nodes("cart") {
        assert_eq!(told_of(&sandbox, node.address).await, 4, "{node:?}");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_replica_that_joins_while_a_user_changes_has_the_new_passwords() {
    let (sandbox, client) = start(quick()).await;
    rbac::closed_default(&client).await;
    rbac::app(&client, "app", "app").send().await.unwrap();
    rbac::user_group(&client, "admins", &["nobody", "app"]).await;
    rbac::with_users(&client, "sessions", "admins").await;
    let increase = client.increase_replica_count().replication_group_id("sessions").new_replica_count(2);
    increase.apply_immediately(true).send().await.unwrap();
    // The user changes while the replica joins.
    rbac::replace(&client, "app", &[A, B]).await;
    available(&client, "sessions").await;
    assert_eq!(sandbox.elasticache.nodes("sessions").len(), 3);
    rbac::user_active(&client, "app").await;
    assert_eq!(rbac::passwords_everywhere(&sandbox, "sessions", "app").await, [A, B]);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn every_rejection_of_a_count_is_a_typed_error() {
    let (sandbox, client) = start(quick()).await;
    let increase = |id: &str, count| {
        client.increase_replica_count().replication_group_id(id).new_replica_count(count).apply_immediately(true)
    };
    let decrease = |id: &str, count| {
        client.decrease_replica_count().replication_group_id(id).new_replica_count(count).apply_immediately(true)
    };
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    let early = increase("sessions", 2).send().await.unwrap_err().into_service_error();
    assert!(early.is_invalid_replication_group_state_fault(), "{early:?}");
    available(&client, "sessions").await;
    let missing = increase("nobody", 2).send().await.unwrap_err().into_service_error();
    assert!(missing.is_replication_group_not_found_fault(), "{missing:?}");
    for request in [increase("sessions", 6), increase("sessions", 0), increase("sessions", 2).apply_immediately(false)]
    {
        let error = request.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_value_exception(), "{error:?}");
    }
    let same = increase("sessions", 1).send().await.unwrap_err().into_service_error();
    assert!(same.is_no_operation_fault(), "{same:?}");
    let same = decrease("sessions", 1).send().await.unwrap_err().into_service_error();
    assert!(same.is_no_operation_fault(), "{same:?}");
    let more = decrease("sessions", 2).send().await.unwrap_err().into_service_error();
    assert!(more.is_invalid_parameter_value_exception(), "{more:?}");
    // It fails over by itself, for which it needs a replica.
    let none = decrease("sessions", 0).send().await.unwrap_err().into_service_error();
    assert!(none.is_invalid_parameter_combination_exception(), "{none:?}");
    let primary = client.decrease_replica_count().replication_group_id("sessions").replicas_to_remove("sessions-001");
    let primary = primary.apply_immediately(true).send().await.unwrap_err().into_service_error();
    assert!(primary.is_invalid_parameter_value_exception(), "{primary:?}");
    sandbox.stop().await.unwrap();
}
