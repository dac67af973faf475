//! A stage whose settings name outputs, and what is written there.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use acceptance::{Stage, StageOptions, program};
use aws_sdk_ssm::types::ParameterType;
use sandbox::lambda::{Function, Invocation, InvocationResult};
use serde_json::{Value, json};

/// The function.
pub(super) const NAME: &str = "sync-connection";

/// The parameters, the function and the secret that [`outputs`] names.
pub(super) const URL: &str = "/orders/redis/url";
pub(super) const HOST: &str = "/orders/redis/host";
pub(super) const LAMBDA: &str = "report";
pub(super) const SECRET: &str = "orders/app";

/// How often the platform tries again, and more.
const TRIES: usize = 5;

/// One output of each kind, the one with the URL first: it must be written last all the same.
pub(super) fn outputs() -> Value {
    json!([
        { "type": "ssm-parameter", "name": URL, "value": "{url}", "url": { "query": { "ssl_cert_reqs": "required" } } },
        { "type": "ssm-parameter", "name": HOST, "value": "{host}:{port}", "kind": "string" },
        { "type": "lambda-environment", "function_name": LAMBDA,
          "variables": { "REDIS_HOST": "{host}", "REDIS_TLS": "{tls}", "REDIS_PASSWORD_SECRET_ARN": "{secret_arn}" } },
        { "type": "secret-keys", "secret_id": SECRET, "keys": { "redis_password": "{password}" } },
    ])
}

/// A stage with these outputs, the places that they name, and the function.
pub(super) async fn publishing(options: StageOptions, outputs: &Value) -> Stage {
    let stage = Stage::set(options).await;
    let (name, binary) = (NAME.to_owned(), program(NAME));
    stage.sandbox.runner.add(Function { name, binary, timeout: Duration::from_secs(30), environment: BTreeMap::new() });
    stage.sandbox.lambda.create(LAMBDA, BTreeMap::from([("OTHER".to_owned(), "as it was".to_owned())]));
    let value = json!({ "other": "as it was" }).to_string();
    stage.secrets.create_secret().name(SECRET).secret_string(value).send().await.unwrap();
    settle(&stage, outputs).await;
    stage
}

/// Puts the settings again, with these outputs.
pub(super) async fn settle(stage: &Stage, outputs: &Value) {
    let mut document = serde_json::to_value(&stage.target.target).unwrap();
    document["outputs"] = outputs.clone();
    stage.put_settings(&document).await;
}

pub(super) async fn invoke(stage: &Stage, event: &Value) -> Invocation {
    stage.sandbox.runner.invoke(NAME, event, "sync").await
}

/// Runs the function as a schedule does, once, and gives its outcome.
pub(super) async fn sync(stage: &Stage) -> Value {
    outcome_of(stage, &json!({ "target": "orders" })).await
}

pub(super) async fn outcome_of(stage: &Stage, event: &Value) -> Value {
    let invocation = invoke(stage, event).await;
    match invocation.result {
        InvocationResult::Returned(outcome) => outcome,
        InvocationResult::Failed { .. } => panic!("{invocation:?}"),
    }
}

/// Runs the function until it does not fail, as the platform does.
pub(super) async fn with_retries(stage: &Stage, event: &Value) -> Value {
    for _ in 0..TRIES {
        if let InvocationResult::Returned(outcome) = invoke(stage, event).await.result {
            return outcome;
        }
    }
    panic!("{:?}", stage.sandbox.runner.invocations().pop())
}

/// What an outcome lists, as "what: reason".
pub(super) fn listed<'a>(outcome: &'a Value, list: &str) -> Vec<(&'a str, &'a str)> {
    let items = outcome[list].as_array().into_iter().flatten();
    items.map(|item| (item["what"].as_str().unwrap(), item["reason"].as_str().unwrap())).collect()
}

pub(super) fn ssm(stage: &Stage) -> aws_sdk_ssm::Client {
    aws_sdk_ssm::Client::new(&stage.sandbox.sdk_config())
}

/// A parameter's value by name or `name:label`, and the version; `None` where there is none.
pub(super) async fn parameter(stage: &Stage, name: &str) -> Option<(String, i64)> {
    let answer = ssm(stage).get_parameter().name(name).with_decryption(true).send().await.ok()?.parameter?;
    Some((answer.value?, answer.version))
}

/// Writes a parameter by hand.
pub(super) async fn edit(stage: &Stage, name: &str, value: &str, kind: ParameterType) {
    ssm(stage).put_parameter().name(name).value(value).r#type(kind).overwrite(true).send().await.unwrap();
}

/// The environment of the function that is an output.
pub(super) async fn environment(stage: &Stage) -> HashMap<String, String> {
    let lambda = aws_sdk_lambda::Client::new(&stage.sandbox.sdk_config());
    let answer = lambda.get_function_configuration().function_name(LAMBDA).send().await.unwrap();
    answer.environment.unwrap().variables.unwrap()
}

/// The secret that is an output.
pub(super) async fn keys(stage: &Stage) -> Value {
    let answer = stage.secrets.get_secret_value().secret_id(SECRET).send().await.unwrap();
    serde_json::from_str(&answer.secret_string.unwrap()).unwrap()
}

/// How many writes there were, of every kind.
pub(super) fn writes(stage: &Stage) -> usize {
    let effective = |operation: &str| stage.sandbox.journal.effective(operation);
    effective("PutParameter") + effective("UpdateFunctionConfiguration") + effective("PutSecretValue")
}
