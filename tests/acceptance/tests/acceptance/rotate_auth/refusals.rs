//! What rotate-auth refuses before it changes anything.

use std::time::Duration;

use acceptance::{Flavour, Stage, StageOptions, timing::quick};
use aws_sdk_secretsmanager::primitives::Blob;
use sandbox::{
    lambda::InvocationResult,
    services::{elasticache::Timing, secrets_manager::RotationTiming},
};
use serde_json::{Value, json};

/// Rotates with this settings document and returns the class and the message of the first failure.
async fn refused_with(document: &Value) -> (String, String) {
    let stage = Stage::by_default().await;
    stage.put_settings(document).await;
    let report = stage.rotate().await;
    assert!(!report.succeeded);
    assert_eq!(stage.modifications(), 0);
    assert_eq!(stage.value("AWSPENDING").await, None, "nothing was generated");
    let (step, class, message) = report.failures[0].clone();
    assert_eq!(step, "createSecret");
    stage.stop().await;
    (class, message)
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_another_secret_are_refused() {
    let (class, message) = refused_with(&json!({
        "name": "orders",
        "backend": { "type": "elasticache-auth", "replication_group_id": "orders" },
        "secret": { "id": "billing/redis" },
    }))
    .await;
    assert_eq!(class, "Permanent");
    assert!(message.contains("`secret.id`") && message.contains("billing/redis"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_with_an_unknown_key_are_refused_with_the_name_of_the_key() {
    let (class, message) = refused_with(&json!({
        "name": "orders",
        "backend": { "type": "elasticache-auth", "replication_group_id": "orders", "nodes": 2 },
        "secret": { "id": "orders/redis" },
    }))
    .await;
    assert_eq!(class, "Permanent");
    assert!(message.contains("/redis-lifecycle/targets/orders") && message.contains("nodes"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_without_settings_is_refused_with_the_name_of_the_parameter() {
    let stage = Stage::by_default().await;
    stage.tag_with("nowhere").await;
    let report = stage.rotate().await;
    let (_, class, message) = &report.failures[0];
    assert_eq!(class, "Permanent");
    assert!(message.contains("/redis-lifecycle/targets/nowhere"), "{message}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_value_is_refused_as_such() {
    let stage = Stage::by_default().await;
    let put = stage.secrets.put_secret_value().secret_id("orders/redis");
    put.secret_binary(Blob::new([0, 255])).send().await.unwrap();
    let report = stage.rotate().await;
    let (_, class, message) = &report.failures[0];
    assert_eq!(class, "Permanent");
    assert!(message.contains("orders/redis is binary") && message.contains("`SecretString`"), "{message}");
    assert_eq!(stage.modifications(), 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binary_pending_value_is_discarded() {
    const ID: &str = "00000000-0000-4000-8000-000000000000";
    let stage = Stage::by_default().await;
    let put = stage.secrets.put_secret_value().secret_id("orders/redis").client_request_token(ID);
    put.version_stages("AWSPENDING").secret_binary(Blob::new([0, 255])).send().await.unwrap();
    let ended = stage.call("createSecret", ID).await;
    let InvocationResult::Failed { error_type, message } = &ended.result else { panic!("{ended:?}") };
    assert_eq!(error_type, "Retryable");
    assert!(message.contains("discard-pending"), "{message}");
    let secret = stage.secrets.describe_secret().secret_id("orders/redis").send().await.unwrap();
    assert!(!secret.version_ids_to_stages().unwrap().contains_key(ID), "it has no label");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_not_a_rotation_step_is_refused_with_the_name_of_the_field() {
    let stage = Stage::by_default().await;
    let ended = stage.sandbox.runner.invoke("rotate-auth", &json!({ "Step": "createSecret" }), "none").await;
    let InvocationResult::Failed { error_type, message } = &ended.result else { panic!("{ended:?}") };
    assert_eq!(error_type, "Permanent");
    assert!(message.contains("`SecretId`"), "{message}");
    let unknown = stage.call("createSecret", "00000000-0000-0000-0000-000000000000").await;
    let InvocationResult::Failed { error_type, message } = &unknown.result else { panic!("{unknown:?}") };
    assert_eq!(error_type, "Permanent");
    assert!(message.contains("ClientRequestToken"), "{message}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_or_a_user_that_is_being_deleted_is_refused_as_such() {
    for flavour in [Flavour::ElasticacheAuth, Flavour::ElasticacheUser] {
        let timing = Timing { modify: Duration::from_secs(30), ..quick() };
        let rotation = RotationTiming::new(1, Duration::ZERO);
        let stage = Stage::set(StageOptions { flavour, timing, rotation, ..StageOptions::default() }).await;
        match flavour {
            Flavour::ElasticacheAuth => {
                let delete = stage.elasticache().delete_replication_group().replication_group_id(stage.cache());
                delete.send().await.unwrap();
            }
            _ => {
                stage.elasticache().delete_user().user_id("orders-app").send().await.unwrap();
            }
        }
        let report = stage.rotate().await;
        let (step, class, message) = &report.failures[0];
        assert_eq!((step.as_str(), class.as_str()), ("setSecret", "Permanent"), "{message}");
        assert!(message.contains("is deleting"), "{message}");
        assert_eq!(stage.modifications(), 0);
        stage.stop().await;
    }
}
