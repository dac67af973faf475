//! A Lambda function whose environment has the version id of AWSCURRENT counts as updated.

use std::time::Duration;

use acceptance::{
    List, Stage, StageOptions,
    connection::sync,
    retirement::{self, REMOVED, retire},
    run::TIMEOUT,
};
use sandbox::{
    faults::{At, Rule, What},
    services::secrets_manager::RotationReport,
};
use serde_json::{Value, json};

use super::publishing::{HOST, LAMBDA, environment, parameter, publishing};

/// The variable with the version id, which each rotation changes.
const VERSION: &str = "REDIS_SECRET_VERSION";

/// Outputs with the version id in a function's environment and in a parameter without encryption: the id is not a secret.
fn outputs(variable: &str) -> Value {
    json!([
        { "type": "ssm-parameter", "name": HOST, "value": "{secret_version_id}", "kind": "string" },
        { "type": "lambda-environment", "function_name": LAMBDA,
          "variables": { "REDIS_PASSWORD_SECRET_ARN": "{secret_arn}", VERSION: variable } },
    ])
}

/// Creates a stage with a Lambda function as consumer, these outputs, and no overlap.
async fn with_a_consumer_function(variable: &str) -> Stage {
    let stage = publishing(StageOptions::default(), &json!([])).await;
    stage.deploy(retirement::NAME, TIMEOUT);
    let mut document = stage.settings();
    document["retirement"] = json!({ "overlap_s": 0 });
    document["consumers"] = json!([{ "type": "lambda-function", "function_name": LAMBDA }]);
    document["outputs"] = outputs(variable);
    stage.put_settings(&document).await;
    assert_eq!(sync(&stage).await.status(), "done");
    stage
}

/// Checks that the function's environment and the parameter have this version id.
async fn assert_published(stage: &Stage, report: &RotationReport) {
    assert_eq!(environment(stage).await.get(VERSION), Some(&report.version_id));
    assert_eq!(parameter(stage, HOST).await.map(|(value, _)| value), Some(report.version_id.clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_does_not_wait_for_a_function_that_has_the_new_version_id() {
    let stage = with_a_consumer_function("{secret_version_id}").await;
    for _ in 0..2 {
        let old = stage.current().await;
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        let outcome = retire(&stage).await;
        assert_eq!(outcome.waiting_for(), ["the Lambda function report"], "{outcome}");
        let outcome = sync(&stage).await;
        assert!(outcome.entries(List::Done).iter().any(|(what, _)| *what == "write-environment"), "{outcome}");
        assert_published(&stage, &report).await;
        assert_eq!(retire(&stage).await.done(), REMOVED);
        assert_eq!(stage.accepting(&old).await, 0);
        assert_eq!(sync(&stage).await.status(), "kept");
    }
    let kind = stage.ssm().get_parameter().name(HOST).send().await.unwrap().parameter.unwrap().r#type;
    assert_eq!(kind, Some(aws_sdk_ssm::types::ParameterType::String));
    stage.stop().await;
}

/// Secrets Manager sets the date of a rotation after AWSCURRENT has moved. By its time, an update in between looks like one
/// from before the rotation.
#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_does_not_wait_for_a_function_updated_before_the_rotation_ended() {
    let stage = with_a_consumer_function("{secret_version_id}").await;
    let first = stage.first_token();
    stage.arm(
        Rule::new("rotate-auth", At::operation("UpdateSecretVersionStage"), What::KillAfter).during("finishSecret"),
    );
    stage.start_rotation().await.unwrap();
    let moved = async {
        while stage.credential("AWSPREVIOUS").await.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), moved).await.expect("AWSCURRENT moves");
    sync(&stage).await;
    let report = stage.settled().await;
    assert!(report.succeeded, "{report:?}");
    assert_published(&stage, &report).await;
    assert_eq!(sync(&stage).await.status(), "kept");
    assert_eq!(retire(&stage).await.done(), REMOVED);
    assert_eq!(stage.accepting(&first).await, 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retirement_waits_for_a_function_whose_environment_has_no_version_id() {
    let stage = with_a_consumer_function("{port}").await;
    assert!(stage.rotate().await.succeeded);
    let before = stage.sandbox.journal.effective("UpdateFunctionConfiguration");
    sync(&stage).await;
    assert_eq!(stage.sandbox.journal.effective("UpdateFunctionConfiguration"), before);
    assert_eq!(retire(&stage).await.waiting_for(), ["the Lambda function report"]);
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}
