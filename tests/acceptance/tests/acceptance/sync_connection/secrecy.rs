//! No secret anywhere, however talkative the function is.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{Stage, StageOptions, program};
use sandbox::{
    faults::{At, Rule, What},
    lambda::Function,
};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    moving::{Moving, OTHER_PASSWORD},
    publishing::{NAME, invoke, outputs, publishing, sync},
};

/// How much of a secret is looked for: a part of it would be as bad.
const PART: usize = 14;

/// Deploys the function with every line of its log.
fn have_it_tell_all(stage: &Stage) {
    let environment = BTreeMap::from([("RUST_LOG".to_owned(), "trace".to_owned())]);
    let (name, binary) = (NAME.to_owned(), program(NAME));
    stage.sandbox.runner.add(Function { name, binary, timeout: Duration::from_secs(20), environment });
}

/// Everything that was written so far, by the function and of its calls.
fn written(stage: &Stage) -> String {
    let invocations = serde_json::to_string(&stage.sandbox.runner.invocations()).unwrap();
    let journal = serde_json::to_string(&stage.sandbox.journal.entries()).unwrap();
    format!("{invocations}\n{journal}")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_move_that_is_held_back_made_and_taken_back() {
    const WRONG: &str = "not-their-password-0123456789abcdef";
    let moving = Moving::from_elasticache_to_hosts().await;
    have_it_tell_all(&moving.stage);
    sync(&moving.stage).await;
    moving.name_there().await;
    moving.put_there(WRONG).await;
    sync(&moving.stage).await;
    moving.put_there(OTHER_PASSWORD).await;
    sync(&moving.stage).await;
    moving.is_published_there().await;
    moving.roll_back().await;
    let written = written(&moving.stage);
    assert!(written.contains("held back") && written.contains("labelling the settings"));
    let current = moving.stage.current().await;
    for secret in [WRONG, OTHER_PASSWORD, current.expose_secret()] {
        assert!(!written.contains(&secret[..PART]), "a secret was written");
    }
    moving.stage.strike().await;
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
            have_it_tell_all(&stage);
            let at = At::Operation(operation.to_owned());
            stage.sandbox.faults.arm(Rule { function: NAME.to_owned(), during: None, at, what, times: 2 });
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
            stage.strike().await;
        }
    }
}
