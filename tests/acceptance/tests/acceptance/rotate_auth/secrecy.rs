//! No credential appears in anything that rotate-auth writes.

use std::time::Duration;

use acceptance::{
    Flavour, Stage, StageOptions,
    secrecy::{assert_nothing_leaked, secrets, written},
};
use sandbox::{
    faults::{At, Rule, What},
    hosts::SetUp,
    services::secrets_manager::RotationTiming,
};

/// The timeout of the function: short, so that calls that hang time out soon.
const TIMEOUT: Duration = Duration::from_secs(8);

/// One flavour for each way to change a credential: a service does it, the nodes are changed one by one, or it is reset.
const MECHANISMS: [Flavour; 3] = [Flavour::ElasticacheAuth, Flavour::SelfHosted(SetUp::AclFile), Flavour::UpstashReset];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_rotations_that_succeed() {
    let shapes = Flavour::ALL.into_iter().flat_map(|flavour| [(flavour, None), (flavour, Some("token"))]);
    for (flavour, json_key) in shapes {
        let stage = Stage::set(StageOptions { flavour, json_key, ..StageOptions::default() }).await;
        stage.deploy_tracing("rotate-auth", TIMEOUT);
        for _ in 0..2 {
            assert!(stage.rotate().await.succeeded);
        }
        assert_nothing_leaked(&stage, 3);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_pending_token_that_is_discarded() {
    let stage = Stage::by_default().await;
    stage.deploy_tracing("rotate-auth", TIMEOUT);
    stage.put("illegal/pending@token%0123456789", &["AWSPENDING"]).await;
    assert!(stage.start_rotation().await.is_err());
    assert!(!stage.settled().await.failures.is_empty());
    assert_nothing_leaked(&stage, 3);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_a_rotation_that_needs_a_human() {
    let rotation = RotationTiming::new(2, Duration::from_millis(50));
    let stage = Stage::set(StageOptions { rotation, ..StageOptions::default() }).await;
    stage.deploy_tracing("rotate-auth", TIMEOUT);
    stage.put("drifted-token-0123456789abcdef", &["AWSCURRENT"]).await;
    assert!(!stage.rotate().await.succeeded);
    assert_nothing_leaked(&stage, 3);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_calls_that_fail() {
    let faults = [What::Throttle, What::InternalError, What::Reset, What::LoseAnswer, What::KillAfter];
    for (what, flavour) in faults.into_iter().flat_map(|what| MECHANISMS.map(|flavour| (what, flavour))) {
        let stage = Stage::set(StageOptions { flavour, ..StageOptions::default() }).await;
        stage.deploy_tracing("rotate-auth", TIMEOUT);
        for operation in ["PutSecretValue", flavour.change(), "GetSecretValue", flavour.generate(), flavour.login()] {
            stage.arm(Rule::new("rotate-auth", At::operation(operation), what));
        }
        let report = stage.rotate().await;
        assert!(stage.sandbox.faults.fired() >= 5, "{what:?}: {report:?}");
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_by_refusals_that_quote_the_request() {
    for flavour in Flavour::ALL {
        let stage = Stage::set(StageOptions { flavour, ..StageOptions::default() }).await;
        stage.deploy_tracing("rotate-auth", TIMEOUT);
        for operation in ["PutSecretValue", flavour.change(), flavour.generate(), "UpdateSecretVersionStage"] {
            stage.arm(Rule::new("rotate-auth", At::operation(operation), What::Quote));
        }
        let report = stage.rotate().await;
        assert!(report.succeeded && stage.sandbox.faults.fired() == 4, "{flavour:?}: {report:?}");
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
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
    stage.stop().await;
}
