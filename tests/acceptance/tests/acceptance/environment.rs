//! A function whose environment is wrong.

use std::collections::BTreeMap;

use acceptance::{
    Outcome, Stage, StageOptions,
    run::{TIMEOUT, scheduled},
};

/// Runs sync-connection with a variable in its environment.
async fn with_variable(stage: &Stage, name: &str, value: &str) -> Outcome {
    let variables = BTreeMap::from([(name.to_owned(), value.to_owned())]);
    stage.deploy_with("sync-connection", TIMEOUT, variables);
    stage.outcome_of("sync-connection", &scheduled()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_root_certificates_that_cannot_be_read_is_named_with_its_variable() {
    let stage = Stage::set(StageOptions::default()).await;
    let outcome = with_variable(&stage, "SSL_CERT_FILE", "/nowhere/roots.pem").await;
    assert_eq!((outcome.status(), outcome.api_calls()), ("permanent", Some(0)), "{outcome}");
    for said in ["SSL_CERT_FILE", "/nowhere/roots.pem"] {
        assert!(outcome.failure().unwrap().contains(said), "{outcome}");
        assert!(outcome.next_step().unwrap().contains("SSL_CERT_FILE"), "{outcome}");
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_without_aws_credentials_says_so_and_is_not_run_again() {
    let stage = Stage::set(StageOptions::default()).await;
    let outcome = with_variable(&stage, "AWS_ACCESS_KEY_ID", "").await;
    assert_eq!((outcome.status(), outcome.api_calls()), ("permanent", Some(0)), "{outcome}");
    assert!(outcome.failure().unwrap().contains("no AWS credentials"), "{outcome}");
    assert!(outcome.next_step().unwrap().contains("a role"), "{outcome}");
    stage.stop().await;
}
