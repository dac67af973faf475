//! No token, password or API key anywhere, however talkative the function is.

use std::{collections::BTreeMap, time::Duration};

use acceptance::function;
use sandbox::{
    faults::{At, What},
    lambda::Function,
    upstash::Way,
};

use super::stage::Stage;

/// How much of a secret is looked for: a part of it would be as bad.
const PART: usize = 14;

fn talk(stage: &Stage) {
    let (name, binary) = ("rotate-auth".to_owned(), function());
    let environment = BTreeMap::from([("RUST_LOG".to_owned(), "trace".to_owned())]);
    stage.sandbox.runner.add(Function { name, binary, timeout: Duration::from_secs(20), environment });
}

fn assert_nothing_leaked(stage: &Stage) {
    let invocations = serde_json::to_string(&stage.sandbox.runner.invocations()).unwrap();
    let journal = serde_json::to_string(&stage.sandbox.journal.entries()).unwrap();
    let written = format!("{invocations}\n{journal}\n{:?}", stage.sandbox);
    assert!(written.contains("Rest PING") && written.contains("AWSPENDING"), "nothing was written at all");
    let secrets = stage.sandbox.upstash.values();
    assert!(secrets.len() > 6, "{} secrets were looked for", secrets.len());
    for secret in secrets {
        // Tokens of one database begin alike: what tells them apart is at their end.
        let end = &secret[secret.len() - PART..];
        assert!(!written.contains(end), "a secret was written: …{}", &end[PART - 4..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_rotations_that_succeed() {
    for way in [Way::Acl, Way::Reset] {
        let stage = Stage::set(way).await;
        talk(&stage);
        for _ in 0..2 {
            assert!(stage.rotate().await.succeeded);
        }
        assert_nothing_leaked(&stage);
        stage.strike().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_requests_that_fail() {
    for what in [What::Throttle, What::InternalError, What::Reset, What::LoseAnswer, What::KillAfter] {
        for way in [Way::Acl, Way::Reset] {
            let stage = Stage::set(way).await;
            talk(&stage);
            let operations = match way {
                Way::Acl => ["Rest PING", "Rest ACL GENTOKEN", "Rest ACL SETUSER", "GetSecretValue"],
                Way::Reset => ["Rest PING", "GetDatabase", "ResetPassword", "GetSecretValue"],
            };
            for operation in operations {
                stage.arm(None, At::Operation(operation.to_owned()), what, 1);
            }
            let report = stage.rotate().await;
            assert!(report.succeeded && stage.sandbox.faults.fired() == 4, "{what:?}: {report:?}");
            assert_nothing_leaked(&stage);
            stage.strike().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_of_a_token_would_be_found() {
    let stage = Stage::set(Way::Reset).await;
    let token = stage.sandbox.upstash.values().pop().unwrap();
    let event = serde_json::json!({ "Step": token, "SecretId": stage.target.secret_arn, "ClientRequestToken": "x" });
    stage.sandbox.runner.invoke("rotate-auth", &event, "leak").await;
    let written = serde_json::to_string(&stage.sandbox.runner.invocations()).unwrap();
    assert!(written.contains(&token[token.len() - PART..]));
    stage.strike().await;
}
