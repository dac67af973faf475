//! The API for the configuration of a Lambda function, with the AWS SDK.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_lambda::{
    Client,
    error::ProvideErrorMetadata,
    operation::get_function_configuration::GetFunctionConfigurationOutput,
    types::{Environment, LastUpdateStatus},
};
use sandbox::{Options, Sandbox};
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(20);

/// A sandbox with the function `report`, whose environment has two variables.
async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let environment = [("REDIS_HOST", "one"), ("LOG_LEVEL", "info")];
    sandbox.lambda.create("report", environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let client = Client::new(&sandbox.sdk_config());
    (sandbox, client)
}

fn variables(variables: &[(&str, &str)]) -> Environment {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Environment::builder().set_variables(Some(variables.collect())).build()
}

async fn get(client: &Client) -> GetFunctionConfigurationOutput {
    client.get_function_configuration().function_name("report").send().await.unwrap()
}

/// Waits until no update is in progress.
async fn complete(client: &Client) -> GetFunctionConfigurationOutput {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let now = get(client).await;
        if now.last_update_status() != Some(&LastUpdateStatus::InProgress) {
            return now;
        }
        assert!(Instant::now() < give_up);
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_given_environment_replaces_the_whole_previous_one() {
    let (sandbox, client) = start().await;
    let update = || client.update_function_configuration().function_name("report");
    update().environment(variables(&[("REDIS_HOST", "two")])).send().await.unwrap();
    let two = BTreeMap::from([("REDIS_HOST".to_owned(), "two".to_owned())]);
    assert_eq!(sandbox.lambda.environment("report"), Some(two.clone()));
    complete(&client).await;
    update().description("another").send().await.unwrap();
    assert_eq!(sandbox.lambda.environment("report"), Some(two));
    complete(&client).await;
    update().environment(variables(&[])).send().await.unwrap();
    assert!(complete(&client).await.environment().is_none(), "an empty environment is absent");
    assert_eq!(sandbox.lambda.environment("other"), None);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn a_key_is_kept_unless_an_empty_one_is_given() {
    let (sandbox, client) = start().await;
    let update = || client.update_function_configuration().function_name("report");
    let key = "arn:aws:kms:us-east-1:123456789012:key/1";
    update().kms_key_arn(key).send().await.unwrap();
    complete(&client).await;
    update().environment(variables(&[("A1", "x")])).send().await.unwrap();
    assert_eq!(complete(&client).await.kms_key_arn(), Some(key));
    let refused = update().kms_key_arn("alias/aws/lambda").send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    update().kms_key_arn("").send().await.unwrap();
    assert_eq!(complete(&client).await.kms_key_arn(), None);
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_update_needs_the_latest_revision_if_one_is_given_and_no_other_update_in_progress() {
    let (sandbox, client) = start().await;
    sandbox.lambda.take_for_updates(Duration::from_secs(1));
    let update = |revision: &str| {
        let update = client.update_function_configuration().function_name("report").revision_id(revision);
        update.environment(variables(&[("REDIS_HOST", revision)])).send()
    };
    let first = get(&client).await.revision_id.unwrap();
    let answer = update(&first).await.unwrap();
    assert_eq!(answer.last_update_status(), Some(&LastUpdateStatus::InProgress));
    assert_eq!(answer.last_update_status_reason(), Some("The function is being created."));
    assert_eq!(answer.last_update_status_reason_code().unwrap().as_str(), "Creating");
    let second = answer.revision_id.unwrap();
    assert_ne!(first, second);
    let meanwhile = update(&second).await.unwrap_err().into_service_error();
    assert!(meanwhile.is_resource_conflict_exception(), "{meanwhile:?}");
    let third = complete(&client).await;
    assert_eq!(third.last_update_status(), Some(&LastUpdateStatus::Successful));
    assert_eq!(third.last_update_status_reason(), None);
    // A revision that was read during the update is stale as well.
    for stale in [&first, &second] {
        let refused = update(stale).await.unwrap_err().into_service_error();
        assert!(refused.is_precondition_failed_exception(), "{refused:?}");
    }
    assert_eq!(sandbox.lambda.environment("report").unwrap()["REDIS_HOST"], first);
    update(third.revision_id().unwrap()).await.unwrap();
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_update_can_fail_and_its_status_reports_that() {
    let (sandbox, client) = start().await;
    sandbox.lambda.fail_updates("report", true);
    let update = || client.update_function_configuration().function_name("report").description("x").send();
    assert_eq!(update().await.unwrap().last_update_status(), Some(&LastUpdateStatus::InProgress));
    let failed = complete(&client).await;
    assert_eq!(failed.last_update_status(), Some(&LastUpdateStatus::Failed));
    assert!(failed.last_update_status_reason().is_some() && failed.last_update_status_reason_code().is_some());
    sandbox.lambda.fail_updates("report", false);
    update().await.unwrap();
    assert_eq!(complete(&client).await.last_update_status(), Some(&LastUpdateStatus::Successful));
    sandbox.stop().await.unwrap();
}

#[tokio::test]
async fn an_invalid_environment_is_refused_and_changes_nothing() {
    let (sandbox, client) = start().await;
    let before = get(&client).await;
    let update = |given: &[(&str, &str)]| {
        let update = client.update_function_configuration().function_name("report");
        update.environment(variables(given)).send()
    };
    // The size is that of the JSON {"A1":"…"}, in which a quotation mark counts twice.
    let (fits, plain, quotes) = ("x".repeat(4096 - 9), "x".repeat(4097 - 9), "\"".repeat(2045));
    let invalid = "InvalidParameterValueException";
    let cases = [
        ("A1", plain.as_str(), invalid),
        ("A1", quotes.as_str(), invalid),
        ("AWS_REGION", "x", invalid),
        ("AWS_LAMBDA_FUNCTION_NAME", "x", invalid),
        ("_HANDLER", "x", invalid),
        ("1A", "x", "ValidationException"),
        ("A-B", "x", "ValidationException"),
    ];
    for (name, value, code) in cases {
        let refused = update(&[(name, value)]).await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{name}");
        if value.len() > 1 {
            let measured = serde_json::json!({ name: value }).to_string();
            assert!(refused.message().unwrap().ends_with(&measured), "the error quotes the measured JSON");
        }
    }
    let after = get(&client).await;
    assert_eq!((before.revision_id(), before.environment()), (after.revision_id(), after.environment()));
    assert!(sandbox.lambda.values().contains(&plain), "refused values are recorded too");
    assert!(!format!("{sandbox:?} {:?}", sandbox.journal.entries()).contains(&plain));
    update(&[("A1", &fits)]).await.unwrap();
    sandbox.stop().await.unwrap();
}
