//! No credential appears in anything that rotate-auth writes.

use std::{collections::BTreeMap, time::Duration};

use acceptance::{Flavour, Stage, StageOptions, function};
use sandbox::{
    faults::{At, Rule, What},
    lambda::Function,
    services::secrets_manager::RotationTiming,
};
use secrecy::ExposeSecret;

/// Makes the function as talkative as it can be.
fn talk(stage: &Stage) {
    let binary = function();
    let environment = BTreeMap::from([("RUST_LOG".to_owned(), "trace".to_owned())]);
    let (name, timeout) = ("rotate-auth".to_owned(), Duration::from_secs(8));
    stage.sandbox.runner.add(Function { name, binary, timeout, environment });
}

/// Everything that was written: what the function printed, returned and failed with, and the journal.
fn written(stage: &Stage) -> String {
    let invocations = serde_json::to_string(&stage.sandbox.runner.invocations()).unwrap();
    let journal = serde_json::to_string(&stage.sandbox.journal.entries()).unwrap();
    format!("{invocations}\n{journal}\n{:?}", stage.sandbox)
}

/// Every credential that the stage ever saw, bare and as it stands in a JSON text.
fn secrets(stage: &Stage) -> Vec<String> {
    let tokens = stage.sandbox.elasticache.values();
    let mut all = stage.sandbox.secrets_manager.values();
    all.extend(stage.sandbox.upstash.values());
    all.extend(tokens.iter().map(|token| token.expose_secret().to_owned()));
    let parts: Vec<String> = all
        .iter()
        .filter_map(|value| serde_json::from_str::<BTreeMap<String, String>>(value).ok())
        .filter_map(|mut object| object.remove("token"))
        .collect();
    all.extend(parts);
    all
}

pub(crate) fn assert_nothing_leaked(stage: &Stage, at_least: usize) {
    let (written, secrets) = (written(stage), secrets(stage));
    assert!(secrets.len() >= at_least, "{} secrets were looked for", secrets.len());
    assert!(written.contains("orders") && written.contains("GetSecretValue"), "nothing was written at all");
    for secret in secrets {
        // A part of it would be as bad.
        let start: String = secret.chars().take(12).collect();
        assert!(!written.contains(&start), "a secret was written: {}…", &start[..4]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_rotations_that_succeed() {
    let shapes = Flavour::ALL.into_iter().flat_map(|flavour| [(flavour, None), (flavour, Some("token"))]);
    for (flavour, json_key) in shapes {
        let stage = Stage::set(StageOptions { flavour, json_key, ..StageOptions::default() }).await;
        talk(&stage);
        for _ in 0..2 {
            assert!(stage.rotate().await.succeeded);
        }
        assert_nothing_leaked(&stage, 3);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_pending_token_that_is_discarded() {
    let stage = Stage::by_default().await;
    talk(&stage);
    stage.put("illegal/pending@token%0123456789", &["AWSPENDING"]).await;
    assert!(stage.start_rotation().await.is_err());
    assert!(!stage.settled().await.failures.is_empty());
    assert_nothing_leaked(&stage, 3);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_rotation_that_needs_a_human() {
    let rotation = RotationTiming { attempts: 2, retry_after: Duration::from_millis(50) };
    let stage = Stage::set(StageOptions { rotation, ..StageOptions::default() }).await;
    talk(&stage);
    stage.put("drifted-token-0123456789abcdef", &["AWSCURRENT"]).await;
    assert!(!stage.rotate().await.succeeded);
    assert_nothing_leaked(&stage, 3);
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_calls_that_fail() {
    let faults = [What::Throttle, What::InternalError, What::Reset, What::LoseAnswer, What::KillAfter];
    for (what, flavour) in faults.into_iter().flat_map(|what| Flavour::ALL.map(|flavour| (what, flavour))) {
        let stage = Stage::set(StageOptions { flavour, ..StageOptions::default() }).await;
        talk(&stage);
        for operation in ["PutSecretValue", flavour.change(), "GetSecretValue", flavour.make(), flavour.login()] {
            stage.sandbox.faults.arm(Rule {
                function: "rotate-auth".to_owned(),
                during: None,
                at: At::Operation(operation.to_owned()),
                what,
                times: 1,
            });
        }
        let report = stage.rotate().await;
        assert!(stage.sandbox.faults.fired() >= 5, "{what:?}: {report:?}");
        assert_nothing_leaked(&stage, 2);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_would_be_found() {
    let stage = Stage::by_default().await;
    let version = stage.put("put-by-hand-0123456789abcdef", &["AWSPENDING"]).await;
    let event = serde_json::json!({ "Step": "put-by-hand-0123456789abcdef", "SecretId": stage.target.secret_arn,
        "ClientRequestToken": version });
    stage.sandbox.runner.invoke("rotate-auth", &event, "leak").await;
    let written = written(&stage);
    assert!(secrets(&stage).iter().any(|secret| written.contains(secret)));
    stage.strike().await;
}
