//! No credential appears in anything that retire-credential writes.

use std::time::Duration;

use acceptance::{
    Flavour, Stage, StageOptions,
    retirement::{NAME, invoke, retire, retire_with_retries, rotated},
    secrecy::assert_nothing_leaked,
};
use sandbox::faults::{At, Rule, What};
use serde_json::json;

use super::one_call_flavours;

/// One flavour for each way to remove a credential by one call: a service does it, or the node itself.
const MECHANISMS: [Flavour; 2] = [Flavour::ElasticacheAuth, Flavour::UpstashAcl];

async fn tracing(options: StageOptions) -> Stage {
    let stage = rotated(options).await;
    stage.deploy_tracing(NAME, Duration::from_secs(8));
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_retirements_that_succeed() {
    let shapes = one_call_flavours().flat_map(|flavour| [(flavour, None), (flavour, Some("token"))]);
    for (flavour, json_key) in shapes {
        let stage = tracing(StageOptions { flavour, json_key, ..StageOptions::default() }).await;
        retire(&stage).await;
        retire(&stage).await;
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_retirement_that_needs_a_human_or_cannot_read_the_secret() {
    let stage = tracing(StageOptions { json_key: Some("token"), ..StageOptions::default() }).await;
    for value in [r#"{"token":"drifted-token-0123456789abcdef"}"#, "no-json-0123456789abcdefghij"] {
        stage.put(value, &["AWSCURRENT"]).await;
        let outcome = retire(&stage).await;
        assert!(outcome.failure().is_some(), "{outcome}");
    }
    assert_nothing_leaked(&stage, 4);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_calls_that_fail() {
    let faults = [What::Throttle, What::InternalError, What::Reset, What::LoseAnswer, What::KillAfter];
    for (what, flavour) in faults.into_iter().flat_map(|what| MECHANISMS.map(|flavour| (what, flavour))) {
        let stage = tracing(StageOptions { flavour, ..StageOptions::default() }).await;
        for operation in ["GetSecretValue", flavour.change(), "UpdateSecretVersionStage", flavour.login()] {
            stage.arm(Rule::new(NAME, At::operation(operation), what));
        }
        retire_with_retries(&stage).await;
        retire_with_retries(&stage).await;
        assert!(stage.sandbox.faults.fired() >= 4, "{what:?}");
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_refusals_that_quote_the_request() {
    for flavour in one_call_flavours() {
        let stage = tracing(StageOptions { flavour, ..StageOptions::default() }).await;
        for operation in [flavour.change(), "UpdateSecretVersionStage"] {
            stage.arm(Rule::new(NAME, At::operation(operation), What::Quote));
        }
        let refused = retire(&stage).await;
        assert!(refused.failure().is_some(), "{flavour:?}: {refused}");
        for _ in 0..2 {
            retire(&stage).await;
        }
        assert_eq!(stage.sandbox.faults.fired(), 2, "{flavour:?}");
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_event_that_contains_a_secret_is_not_repeated() {
    let stage = tracing(StageOptions::default()).await;
    let secret = "first-token-0123456789abcdef";
    for event in [json!({ "target": "orders", "dry_run": secret }), json!({ secret: "target" })] {
        let invocation = invoke(&stage, &event).await;
        let printed = format!("{:?} {}", invocation.result, invocation.logs);
        assert!(!printed.contains(secret), "{printed}");
    }
    stage.stop().await;
}
