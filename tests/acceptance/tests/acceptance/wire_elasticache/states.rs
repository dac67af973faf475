//! The states of a group in describe calls, and when it refuses changes.

use super::*;

#[tokio::test]
async fn describe_calls_lag_behind_in_both_directions_and_can_be_made_wrong() {
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
    assert_eq!(status(&describe(&client, "sessions").await), modifying, "the end of a change is visible late too");
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
async fn during_a_modification_the_nodes_are_available_and_no_response_mentions_the_token() {
    let (sandbox, client) = start(quick()).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    let group = available(&client, "sessions").await;
    assert_eq!(group.auth_token_enabled(), Some(true));
    assert!(group.global_replication_group_info().is_some() && group.log_delivery_configurations.is_some());
    let modify = client.modify_replication_group().replication_group_id("sessions").auth_token(B);
    let answer = modify.apply_immediately(true).send().await.unwrap().replication_group.unwrap();
    for seen in [&answer, &describe(&client, "sessions").await] {
        assert_eq!((seen.status(), seen.node_groups()[0].status()), (Some("modifying"), Some("available")));
    }
    assert_eq!(answer.auth_token_enabled(), None);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_deleted_group_has_the_status_deleting_immediately_and_no_nodes() {
    let (sandbox, client) = start(Timing { stale: Duration::from_secs(5), ..quick() }).await;
    pair(&client, "sessions").auth_token(A).send().await.unwrap();
    available(&client, "sessions").await;
    let answer = client.delete_replication_group().replication_group_id("sessions").send().await.unwrap();
    for seen in [&answer.replication_group.unwrap(), &describe(&client, "sessions").await] {
        assert_eq!(seen.status(), Some("deleting"));
        assert!(seen.node_groups.is_none() && seen.member_clusters.is_none(), "{seen:?}");
        assert_eq!((seen.cache_node_type(), seen.cluster_enabled()), (None, None));
    }
    let deadline = Instant::now() + LIMIT;
    while client.describe_replication_groups().replication_group_id("sessions").send().await.is_ok() {
        assert!(Instant::now() < deadline, "the group is not deleted");
        sleep(Duration::from_millis(20)).await;
    }
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
