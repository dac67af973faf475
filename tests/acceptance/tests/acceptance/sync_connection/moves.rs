//! Moving a target to another Redis, and back.

use acceptance::connection::{outcome_of, sync, sync_until_done};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    moving::{Moving, OTHER_PASSWORD},
    publishing::{URL, parameter, writes},
    services::{CLUSTER, arns, at_once, create_reading_service, deployments},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_target_moves_from_elasticache_to_hosts_once_they_accept_a_login_and_rolls_back() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    moving.assert_published_here().await;
    let (before, _) = parameter(&moving.stage, URL).await.unwrap();

    // The secret does not have the password of the hosts yet.
    moving.put_there("not-their-password-0123456789abcdef").await;
    moving.name_there().await;
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.status(), "needs-human", "{outcome}");
    let failure = outcome.failure().unwrap();
    assert!(failure.contains("blocked") && failure.contains("orders/hosts"), "{failure}");
    assert_eq!(parameter(&moving.stage, URL).await.unwrap().0, before);

    // The settings in effect are still rotated and published; the blocked ones are not.
    assert!(moving.stage.rotate().await.succeeded);
    assert!(!moving.rotate_there().await);
    sync(&moving.stage).await;
    moving.assert_published_here().await;

    moving.put_there(OTHER_PASSWORD).await;
    let (before, _) = parameter(&moving.stage, URL).await.unwrap();
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.done(), ["move", "write-parameter"], "{outcome}");
    moving.assert_published_there().await;
    assert_eq!(parameter(&moving.stage, &format!("{URL}:previous")).await.unwrap().0, before);
    assert_eq!(sync(&moving.stage).await.status(), "kept");
    assert!(!moving.stage.rotate().await.succeeded, "the target has moved away");

    // A rollback takes one invocation, and no scheduled run undoes it.
    let outcome = moving.roll_back().await;
    assert_eq!(outcome.done(), ["roll-back", "write-parameter"], "{outcome}");
    moving.assert_published_here().await;
    for _ in 0..2 {
        assert_eq!(sync(&moving.stage).await.status(), "kept");
    }
    assert_eq!(moving.roll_back().await.status(), "kept", "it is rolled back already");
    assert!(moving.stage.rotate().await.succeeded);
    sync(&moving.stage).await;
    moving.assert_published_here().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_settings_move_a_target_again_after_a_rollback_and_can_also_name_the_first_redis() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    moving.name_there().await;
    sync(&moving.stage).await;
    moving.roll_back().await;
    moving.name_there().await;
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.done(), ["move", "write-parameter"], "{outcome}");
    moving.assert_published_there().await;
    let current = moving.current_there().await;
    // A rotation that failed while these settings were not in effect does not affect this one.
    assert!(moving.rotate_there().await);
    assert_ne!(moving.current_there().await.expose_secret(), current.expose_secret());
    sync(&moving.stage).await;
    moving.assert_published_there().await;
    moving.name_here().await;
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.done(), ["move", "write-parameter"], "{outcome}");
    moving.assert_published_here().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_moves_from_upstash_to_elasticache_and_back_with_different_outputs() {
    let moving = Moving::from_upstash_to_elasticache().await;
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.status(), "done", "{outcome}");
    moving.name_there().await;
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.done(), ["move", "write-parameter"], "{outcome}");
    moving.assert_published_there().await;
    assert!(moving.rotate_there().await);
    sync(&moving.stage).await;
    moving.assert_published_there().await;
    let outcome = moving.roll_back().await;
    assert_eq!(outcome.done(), ["roll-back"], "the parameters of Upstash's clients did not change: {outcome}");
    let token = parameter(&moving.stage, "/orders/upstash/token").await.unwrap().0;
    assert!(moving.stage.accepts(&token.into()).await);
    assert!(moving.stage.rotate().await.succeeded);
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.done(), ["write-parameter"], "{outcome}");
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_redeployed_after_a_move_and_after_its_rollback() {
    let moving = Moving::from_elasticache_to_hosts().await;
    let stage = &moving.stage;
    sync(stage).await;
    create_reading_service(stage, "web", URL).await;
    let web = json!([{ "type": "ecs-service", "cluster": CLUSTER, "service": "web" }]);
    let others = json!({ "consumers": web, "rollout": at_once() });
    moving.name_here_with(&others).await;
    sync_until_done(stage).await;
    assert_eq!(deployments(stage), 0, "it started with the current value");
    let before = arns(stage, "web");
    moving.name_there_with(&others).await;
    sync_until_done(stage).await;
    moving.assert_published_there().await;
    assert!(arns(stage, "web").iter().all(|arn| !before.contains(arn)));
    let before = arns(stage, "web");
    moving.roll_back().await;
    sync_until_done(stage).await;
    moving.assert_published_here().await;
    assert!(arns(stage, "web").iter().all(|arn| !before.contains(arn)));
    assert_eq!((sync(stage).await.status(), deployments(stage)), ("kept", 2));
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_waits_for_a_redis_that_does_not_answer_while_the_settings_in_effect_are_published() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    let host = moving.other.site.nodes(&moving.stage.sandbox)[0].address;
    moving.stage.sandbox.hosts.host(host).unwrap().freeze().await;
    moving.name_there().await;
    assert!(moving.stage.rotate().await.succeeded);
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.status(), "waiting", "{outcome}");
    assert_eq!(outcome.waiting_for()[0], "move", "{outcome}");
    assert_eq!(outcome.done(), ["write-parameter"], "{outcome}");
    moving.assert_published_here().await;
    moving.stage.sandbox.hosts.host(host).unwrap().thaw().await;
    sync(&moving.stage).await;
    moving.assert_published_there().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_cancels_a_move_that_has_not_started() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    moving.put_there("not-their-password-0123456789abcdef").await;
    moving.name_there().await;
    sync(&moving.stage).await;
    let outcome = moving.roll_back().await;
    assert_eq!(outcome.done(), ["roll-back"], "{outcome}");
    moving.put_there(OTHER_PASSWORD).await;
    assert_eq!(sync(&moving.stage).await.status(), "kept");
    moving.assert_published_here().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_without_previous_settings_or_to_a_redis_that_refuses_the_login_is_refused() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    let outcome = moving.roll_back().await;
    assert_eq!(outcome.status(), "permanent", "{outcome}");
    assert!(outcome.failure().unwrap().contains("`previous`"), "{outcome}");
    moving.name_there().await;
    sync(&moving.stage).await;
    moving.stage.put("not-its-token-0123456789abcdef", &["AWSCURRENT"]).await;
    let labels = (moving.labelled("current").await, moving.labelled("previous").await);
    let outcome = moving.roll_back().await;
    assert_eq!(outcome.status(), "needs-human", "{outcome}");
    assert!(outcome.failure().unwrap().contains("is not rolled back"), "{outcome}");
    assert_eq!((moving.labelled("current").await, moving.labelled("previous").await), labels);
    moving.assert_published_there().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_does_not_move_to_settings_that_cannot_be_published() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    let rest = json!([{ "type": "ssm-parameter", "name": URL, "value": "{rest_url}" }]);
    moving.name_there_with(&json!({ "outputs": rest })).await;
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.status(), "permanent", "{outcome}");
    assert!(outcome.failure().unwrap().contains("no REST API"), "{outcome}");
    moving.assert_published_here().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_does_not_move_to_a_redis_without_authentication() {
    let moving = Moving::from_elasticache_to_an_open_group().await;
    sync(&moving.stage).await;
    moving.name_there().await;
    let outcome = sync(&moving.stage).await;
    assert_eq!(outcome.status(), "needs-human", "{outcome}");
    assert!(outcome.failure().unwrap().contains("without a credential"), "{outcome}");
    moving.assert_published_here().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_whose_rollout_fails_are_still_the_ones_in_effect() {
    let moving = Moving::from_elasticache_to_hosts().await;
    assert!(moving.stage.rotate().await.succeeded);
    let missing = json!([{ "type": "ecs-service", "cluster": CLUSTER, "service": "missing" }]);
    moving.name_here_with(&json!({ "consumers": missing })).await;
    let outcome = sync(&moving.stage).await;
    assert_eq!((outcome.status(), outcome.done()), ("permanent", vec!["write-parameter"]), "{outcome}");
    assert!(moving.labelled("current").await.is_some());
    moving.put_there("not-their-password-0123456789abcdef").await;
    moving.name_there().await;
    sync(&moving.stage).await;
    moving.assert_published_here().await;
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_plans_a_move_or_a_rollback_and_carries_out_neither() {
    let moving = Moving::from_elasticache_to_hosts().await;
    sync(&moving.stage).await;
    moving.name_there().await;
    let (before, labelled) = (writes(&moving.stage), moving.labelled("current").await);
    let outcome = outcome_of(&moving.stage, &json!({ "target": "orders", "dry_run": true })).await;
    assert_eq!(outcome.planned(), ["move", "write-parameter"], "{outcome}");
    assert_eq!((writes(&moving.stage), moving.labelled("current").await), (before, labelled));
    moving.assert_published_here().await;
    sync(&moving.stage).await;
    let before = writes(&moving.stage);
    let outcome = outcome_of(&moving.stage, &json!({ "target": "orders", "dry_run": true, "rollback": true })).await;
    assert_eq!(outcome.planned(), ["roll-back", "write-parameter"], "{outcome}");
    assert_eq!((writes(&moving.stage), moving.labelled("rolled-back").await), (before, None));
    moving.assert_published_there().await;
    moving.stage.stop().await;
}
