//! A stage whose settings have outputs, and ways to read them.

use std::collections::{BTreeMap, HashMap};

use acceptance::{Stage, StageOptions, connection::NAME, run::TIMEOUT};
use aws_sdk_ssm::types::ParameterType;
use serde_json::{Value, json};

/// The parameters, the function and the secret in [`outputs`].
pub(super) const URL: &str = "/orders/redis/url";
pub(super) const HOST: &str = "/orders/redis/host";
pub(super) const LAMBDA: &str = "report";
pub(super) const SECRET: &str = "orders/app";

/// Returns one output of each kind. The one with the URL is the first, although it must be written last.
pub(super) fn outputs() -> Value {
    json!([
        { "type": "ssm-parameter", "name": URL, "value": "{url}", "url": { "query": { "ssl_cert_reqs": "required" } } },
        { "type": "ssm-parameter", "name": HOST, "value": "{host}:{port}", "kind": "string" },
        { "type": "lambda-environment", "function_name": LAMBDA,
          "variables": { "REDIS_HOST": "{host}", "REDIS_TLS": "{tls}", "REDIS_PASSWORD_SECRET_ARN": "{secret_arn}" } },
        { "type": "secret-keys", "secret_id": SECRET, "keys": { "redis_password": "{password}" } },
    ])
}

/// Creates a stage with these outputs, the function and the secret that they write to, and `sync-connection`.
pub(super) async fn publishing(options: StageOptions, outputs: &Value) -> Stage {
    let stage = Stage::set(options).await;
    stage.deploy(NAME, TIMEOUT);
    stage.sandbox.lambda.create(LAMBDA, BTreeMap::from([("OTHER".to_owned(), "unchanged".to_owned())]));
    let value = json!({ "other": "unchanged" }).to_string();
    stage.secrets.create_secret().name(SECRET).secret_string(value).send().await.unwrap();
    settle(&stage, outputs).await;
    stage
}

/// Writes the settings with these outputs.
pub(super) async fn settle(stage: &Stage, outputs: &Value) {
    let mut document = stage.settings();
    document["outputs"] = outputs.clone();
    stage.put_settings(&document).await;
}

/// Returns the value and the version of a parameter, by name or `name:label`; `None` if it does not exist.
pub(super) async fn parameter(stage: &Stage, name: &str) -> Option<(String, i64)> {
    let answer = stage.ssm().get_parameter().name(name).with_decryption(true).send().await.ok()?.parameter?;
    Some((answer.value?, answer.version))
}

/// Writes a parameter by hand.
pub(super) async fn edit(stage: &Stage, name: &str, value: &str, kind: ParameterType) {
    stage.ssm().put_parameter().name(name).value(value).r#type(kind).overwrite(true).send().await.unwrap();
}

/// Returns the environment of the function in the outputs.
pub(super) async fn environment(stage: &Stage) -> HashMap<String, String> {
    let answer = stage.lambda().get_function_configuration().function_name(LAMBDA).send().await.unwrap();
    answer.environment.unwrap().variables.unwrap()
}

/// Returns the value of the secret in the outputs.
pub(super) async fn keys(stage: &Stage) -> Value {
    let answer = stage.secrets.get_secret_value().secret_id(SECRET).send().await.unwrap();
    serde_json::from_str(&answer.secret_string.unwrap()).unwrap()
}

/// Counts the writes of every kind.
pub(super) fn writes(stage: &Stage) -> usize {
    let effective = |operation: &str| stage.sandbox.journal.effective(operation);
    effective("PutParameter") + effective("UpdateFunctionConfiguration") + effective("PutSecretValue")
}
