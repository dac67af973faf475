//! The events that start a retirement, and those that do not.

use acceptance::{
    List, Outcome, Stage, StageOptions,
    retirement::{REMOVED, outcome_of, rotated},
};
use aws_sdk_secretsmanager::types::Tag;
use serde_json::{Value, json};

fn label_updated(arn: &str, label: &str) -> Value {
    json!({
        "version": "0",
        "id": "a1b2c3d4-5678-90ab-cdef-EXAMPLE22222",
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": "123456789012",
        "time": "2026-11-22T09:30:00Z",
        "region": "us-east-1",
        "resources": [arn],
        "detail": { "name": "orders/redis", "labelUpdated": label, "versionId": "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111" },
    })
}

async fn calls(stage: &Stage, event: &Value) -> (Outcome, usize) {
    let before = stage.sandbox.journal.entries().len();
    let outcome = outcome_of(stage, event).await;
    (outcome, stage.sandbox.journal.entries().len() - before)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_label_starts_a_retirement_of_the_secrets_target_whichever_label_it_is() {
    for label in ["AWSCURRENT", "blue"] {
        let stage = rotated(StageOptions::default()).await;
        let (outcome, _) = calls(&stage, &label_updated(&stage.target.secret_arn, label)).await;
        assert_eq!(outcome.target(), Some("orders"));
        assert_eq!(outcome.done(), REMOVED, "{outcome}");
        assert_eq!(stage.accepting(&stage.first_token()).await, 0);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_our_own_label_or_a_secret_without_a_target_changes_nothing() {
    let stage = rotated(StageOptions::default()).await;
    let (outcome, made) = calls(&stage, &label_updated(&stage.target.secret_arn, "redis-lifecycle-retired")).await;
    assert_eq!((outcome.status(), made), ("kept", 0), "{outcome}");
    let tag = Tag::builder().key("team").value("web").build();
    let create = stage.secrets.create_secret().name("another").secret_string("a-value-of-another").tags(tag);
    let another = create.send().await.unwrap().arn.unwrap();
    let (outcome, made) = calls(&stage, &label_updated(&another, "AWSCURRENT")).await;
    assert_eq!((outcome.status(), made), ("kept", 1), "{outcome}");
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}

/// Creates a secret with this tag and returns its ARN.
async fn tagged(stage: &Stage, name: &str, target: &str) -> String {
    let tag = Tag::builder().key("redis-lifecycle:target").value(target).build();
    let create = stage.secrets.create_secret().name(name).secret_string("a-value-of-another").tags(tag);
    create.send().await.unwrap().arn.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_about_a_secret_that_is_gone_or_that_no_settings_name_is_left_with_the_reason() {
    let stage = rotated(StageOptions::default()).await;
    let gone = stage.target.secret_arn.replace("orders/redis", "orders/gone");
    let of_no_settings = tagged(&stage, "baskets/redis", "baskets").await;
    let beside = tagged(&stage, "orders/other", "orders").await;
    for (arn, said) in [
        (gone, "no longer exists"),
        (of_no_settings, "a target that has no settings"),
        (beside, "the settings in effect do not name"),
    ] {
        let (outcome, _) = calls(&stage, &label_updated(&arn, "AWSCURRENT")).await;
        assert_eq!(outcome.status(), "kept", "{arn}: {outcome}");
        assert!(outcome.entries(List::Kept)[0].1.contains(said), "{arn}: {outcome}");
    }
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_event_is_refused_as_permanent() {
    let stage = rotated(StageOptions::default()).await;
    for event in [json!({}), json!({ "Step": "setSecret" }), json!({ "target": "orders", "force": true }), json!([])] {
        let (outcome, made) = calls(&stage, &event).await;
        assert_eq!((outcome.status(), made), ("permanent", 0), "{outcome}");
        assert!(outcome.failure().unwrap().contains("dry_run"), "{outcome}");
    }
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}
