//! The errors of ElastiCache, each with the SDK's own type.

use super::*;

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
    assert!(unknown.is_user_group_not_found_fault(), "{unknown:?}");
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
    let unmodelled = client.describe_reserved_cache_nodes().send().await.unwrap_err();
    assert_eq!(unmodelled.code(), Some("UnknownOperationException"));
    assert_eq!(accepted_everywhere(&sandbox, "sessions").await, [A, B]);
    sandbox.stop().await.unwrap();
}
