//! A function follows by the id of AWSCURRENT's version in its environment.

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

/// The variable that a rotation changes.
const VERSION: &str = "REDIS_SECRET_VERSION";

/// The same in a parameter that is not encrypted: the id is no secret.
fn outputs(variable: &str) -> Value {
    json!([
        { "type": "ssm-parameter", "name": HOST, "value": "{secret_version_id}", "kind": "string" },
        { "type": "lambda-environment", "function_name": LAMBDA,
          "variables": { "REDIS_PASSWORD_SECRET_ARN": "{secret_arn}", VERSION: variable } },
    ])
}

/// A stage with a function that logs in, these outputs, no overlap, and both functions of ours.
async fn with_a_function_that_logs_in(variable: &str) -> Stage {
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

/// Holds that the function's environment and the parameter name this version.
async fn names(stage: &Stage, report: &RotationReport) {
    assert_eq!(environment(stage).await.get(VERSION), Some(&report.version_id));
    assert_eq!(parameter(stage, HOST).await.map(|(value, _)| value), Some(report.version_id.clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_was_told_the_version_is_waited_for_no_longer_though_it_was_told_at_once() {
    let stage = with_a_function_that_logs_in("{secret_version_id}").await;
    for _ in 0..2 {
        let old = stage.current().await;
        let report = stage.rotate().await;
        assert!(report.succeeded, "{report:?}");
        let outcome = retire(&stage).await;
        assert_eq!(outcome.waiting_for(), ["the Lambda function report"], "{outcome}");
        let outcome = sync(&stage).await;
        assert!(outcome.entries(List::Done).iter().any(|(what, _)| *what == "write-environment"), "{outcome}");
        names(&stage, &report).await;
        assert_eq!(retire(&stage).await.done(), REMOVED);
        assert_eq!(stage.accepting(&old).await, 0);
        assert_eq!(sync(&stage).await.status(), "kept");
    }
    let kind = stage.ssm().get_parameter().name(HOST).send().await.unwrap().parameter.unwrap().r#type;
    assert_eq!(kind, Some(aws_sdk_ssm::types::ParameterType::String));
    stage.stop().await;
}

/// Secrets Manager says that a rotation has ended after it has told that AWSCURRENT has moved: what was written in between
/// looks like what was there before, by its moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_was_told_before_the_rotation_had_ended_is_waited_for_no_longer() {
    let stage = with_a_function_that_logs_in("{secret_version_id}").await;
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
    names(&stage, &report).await;
    assert_eq!(sync(&stage).await.status(), "kept");
    assert_eq!(retire(&stage).await.done(), REMOVED);
    assert_eq!(stage.accepting(&first).await, 0);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_whose_environment_a_rotation_does_not_change_is_waited_for() {
    let stage = with_a_function_that_logs_in("{port}").await;
    assert!(stage.rotate().await.succeeded);
    let before = stage.sandbox.journal.effective("UpdateFunctionConfiguration");
    sync(&stage).await;
    assert_eq!(stage.sandbox.journal.effective("UpdateFunctionConfiguration"), before);
    assert_eq!(retire(&stage).await.waiting_for(), ["the Lambda function report"]);
    assert!(stage.accepts(&stage.first_token()).await);
    stage.stop().await;
}
