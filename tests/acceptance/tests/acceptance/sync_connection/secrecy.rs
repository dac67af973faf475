//! No credential appears in anything that sync-connection writes.

use std::collections::BTreeMap;

use acceptance::{
    StageOptions,
    connection::{NAME, invoke, sync},
    run::TIMEOUT,
    secrecy::written,
};
use sandbox::faults::{At, Rule, What};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    moving::{Moving, OTHER_PASSWORD},
    publishing::{LAMBDA, URL, outputs, publishing, writes},
};

/// How many characters of a secret are searched for: a part of it must not be written either.
const PART: usize = 14;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_move_that_is_blocked_made_and_rolled_back() {
    const WRONG: &str = "not-their-password-0123456789abcdef";
    let moving = Moving::from_elasticache_to_hosts().await;
    moving.stage.deploy_tracing(NAME, TIMEOUT);
    sync(&moving.stage).await;
    moving.name_there().await;
    moving.put_there(WRONG).await;
    sync(&moving.stage).await;
    moving.put_there(OTHER_PASSWORD).await;
    sync(&moving.stage).await;
    moving.assert_published_there().await;
    moving.roll_back().await;
    let written = written(&moving.stage);
    assert!(written.contains("is blocked") && written.contains("labelling the settings"));
    let current = moving.stage.current().await;
    for secret in [WRONG, OTHER_PASSWORD, current.expose_secret()] {
        assert!(!written.contains(&secret[..PART]), "a secret was written");
    }
    moving.stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_whatever_fails() {
    for operation in [
        "GetParameterHistory",
        "GetParameter",
        "PutParameter",
        "UpdateFunctionConfiguration",
        "PutSecretValue",
        "LabelParameterVersion",
    ] {
        for what in [What::InternalError, What::Reset, What::LoseAnswer] {
            let stage = publishing(StageOptions::default(), &outputs()).await;
            stage.deploy_tracing(NAME, TIMEOUT);
            stage.arm(Rule::new(NAME, At::operation(operation), what).times(2));
            for _ in 0..3 {
                invoke(&stage, &json!({ "target": "orders" })).await;
            }
            let written = written(&stage);
            assert!(written.contains("write-parameter") && stage.sandbox.faults.fired() > 0, "{operation} {what:?}");
            let values = stage.sandbox.secrets_manager.values();
            assert!(!values.is_empty());
            for value in values.iter().filter(|value| !value.starts_with('{')) {
                assert!(!written.contains(&value[..PART]), "{operation} {what:?}: a secret was written");
            }
            stage.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_refusals_that_quote_the_request() {
    const THEIRS: &str = "their-own-password-0123456789abcdef";
    for operation in ["PutParameter", "UpdateFunctionConfiguration", "PutSecretValue", "LabelParameterVersion"] {
        let stage = publishing(StageOptions::default(), &outputs()).await;
        stage.deploy_tracing(NAME, TIMEOUT);
        stage.sandbox.lambda.create(LAMBDA, BTreeMap::from([("THEIR_PASSWORD".to_owned(), THEIRS.to_owned())]));
        stage.arm(Rule::new(NAME, At::operation(operation), What::Quote).times(2));
        for _ in 0..2 {
            let outcome = sync(&stage).await;
            assert!(outcome.failure().is_some_and(|failure| failure.contains("Exception")), "{outcome}");
        }
        assert_eq!(sync(&stage).await.status(), "done");
        let written = written(&stage);
        for secret in [THEIRS, stage.current().await.expose_secret()] {
            assert!(!written.contains(&secret[..PART]), "{operation}: a secret was written");
        }
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_parameter_store_would_refuse_and_quote_is_not_sent() {
    let stage = publishing(StageOptions::default(), &json!([])).await;
    let mut document = stage.settings();
    document["outputs"] = json!([{ "type": "ssm-parameter", "name": URL, "value": "{{{{{password}}}}}" }]);
    // Escaped, because the settings are a parameter too.
    let escaped = document.to_string().replace("{{", r"\u007b\u007b");
    let name = "/redis-lifecycle/targets/orders";
    stage.ssm().put_parameter().name(name).value(escaped).overwrite(true).send().await.unwrap();
    stage.deploy_tracing(NAME, TIMEOUT);
    let before = writes(&stage);
    let outcome = sync(&stage).await;
    assert_eq!(outcome.status(), "needs-human", "{outcome}");
    assert!(outcome.failure().unwrap().contains("`{{…}}`"), "{outcome}");
    assert_eq!(writes(&stage), before);
    assert!(!written(&stage).contains(&stage.current().await.expose_secret()[..PART]));
    stage.stop().await;
}
