//! No secret anywhere, however talkative the function is.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{StageOptions, program};
use sandbox::{
    faults::{At, Rule, What},
    lambda::Function,
};
use serde_json::json;

use super::publishing::{NAME, invoke, outputs, publishing};

/// How much of a secret is looked for: a part of it would be as bad.
const PART: usize = 14;

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
            let environment = BTreeMap::from([("RUST_LOG".to_owned(), "trace".to_owned())]);
            let (name, binary) = (NAME.to_owned(), program(NAME));
            stage.sandbox.runner.add(Function { name, binary, timeout: Duration::from_secs(20), environment });
            let at = At::Operation(operation.to_owned());
            stage.sandbox.faults.arm(Rule { function: NAME.to_owned(), during: None, at, what, times: 2 });
            for _ in 0..3 {
                invoke(&stage, &json!({ "target": "orders" })).await;
            }
            let invocations = serde_json::to_string(&stage.sandbox.runner.invocations()).unwrap();
            let journal = serde_json::to_string(&stage.sandbox.journal.entries()).unwrap();
            let written = format!("{invocations}\n{journal}");
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
