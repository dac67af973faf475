//! The tokens on the nodes after ROTATE and SET.

use super::*;

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
        assert!(!debug.contains(token.expose_secret()), "Debug contains a token");
    }
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn rotating_to_an_accepted_token_removes_the_other_one() {
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
async fn a_change_for_the_maintenance_window_is_pending_and_never_applied() {
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
