//! No credential appears in anything that retire-credential writes.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{
    Stage, StageOptions,
    retirement::{NAME, deploy, invoke, retire, retire_with_retries, rotated},
};
use sandbox::faults::{At, Rule, What};
use serde_json::json;

use super::one_call_flavours;
use crate::rotate_auth::secrecy::assert_nothing_leaked;

async fn talkative(options: StageOptions) -> Stage {
    let stage = rotated(options).await;
    let environment = BTreeMap::from([("RUST_LOG".to_owned(), "trace".to_owned())]);
    deploy(&stage, Duration::from_secs(8), environment);
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_retirements_that_succeed() {
    let shapes = one_call_flavours().flat_map(|flavour| [(flavour, None), (flavour, Some("token"))]);
    for (flavour, json_key) in shapes {
        let stage = talkative(StageOptions { flavour, json_key, ..StageOptions::default() }).await;
        retire(&stage).await;
        retire(&stage).await;
        assert_nothing_leaked(&stage, 2);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_retirement_that_needs_a_human_or_cannot_read_the_secret() {
    let stage = talkative(StageOptions { json_key: Some("token"), ..StageOptions::default() }).await;
    for value in [r#"{"token":"drifted-token-0123456789abcdef"}"#, "no-json-0123456789abcdefghij"] {
        stage.put(value, &["AWSCURRENT"]).await;
        let outcome = retire(&stage).await;
        assert!(outcome["failure"].is_string(), "{outcome}");
    }
    assert_nothing_leaked(&stage, 4);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_calls_that_fail() {
    let faults = [What::Throttle, What::InternalError, What::Reset, What::LoseAnswer, What::KillAfter];
    for (what, flavour) in faults.into_iter().flat_map(|what| one_call_flavours().map(move |flavour| (what, flavour))) {
        let stage = talkative(StageOptions { flavour, ..StageOptions::default() }).await;
        for operation in ["GetSecretValue", flavour.change(), "UpdateSecretVersionStage", flavour.login()] {
            stage.sandbox.faults.arm(Rule {
                function: NAME.to_owned(),
                during: None,
                at: At::Operation(operation.to_owned()),
                what,
                times: 1,
            });
        }
        retire_with_retries(&stage).await;
        retire_with_retries(&stage).await;
        assert!(stage.sandbox.faults.fired() >= 4, "{what:?}");
        assert_nothing_leaked(&stage, 2);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_holds_a_secret_is_refused_without_repeating_it() {
    let stage = talkative(StageOptions::default()).await;
    let secret = "first-token-0123456789abcdef";
    for event in [json!({ "target": "orders", "dry_run": secret }), json!({ secret: "target" })] {
        let invocation = invoke(&stage, &event).await;
        let printed = format!("{:?} {}", invocation.result, invocation.logs);
        assert!(!printed.contains(secret), "{printed}");
    }
    stage.strike().await;
}
