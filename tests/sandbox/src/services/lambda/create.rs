//! `CreateFunction` and `DeleteFunction`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>

use std::time::Duration;

use hyper::StatusCode;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    Lambda,
    configuration::{Configuration, Environment},
    environment,
    errors::{exists, invalid},
};
use crate::{
    lambda::Function,
    wire::{Answer, AwsError, Call},
};

/// How long a function may run, where the caller does not say.
const TIMEOUT_S: u64 = 3;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateFunction {
    function_name: String,
    role: String,
    handler: Option<String>,
    runtime: Option<String>,
    #[serde(default)]
    description: String,
    timeout: Option<u64>,
    #[serde(rename = "MemorySize")]
    _memory_size: Option<u64>,
    environment: Option<Environment>,
    #[serde(rename = "Code")]
    _code: Code,
    #[serde(rename = "Architectures")]
    _architectures: Option<Vec<String>>,
    package_type: Option<String>,
    #[serde(rename = "Publish")]
    _publish: Option<bool>,
}

/// The package. The sandbox does not run it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Code {
    #[serde(rename = "ZipFile")]
    _zip_file: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteFunction {
    function_name: String,
}

/// Makes one more function of a program that the sandbox has; `Handler` names it.
///
/// # Errors
/// As AWS, and where `Handler` names no function of the sandbox: code that callers bring is not run.
pub(super) fn create(this: &Lambda, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: CreateFunction = call.input()?;
    let name = input.function_name;
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
        return Err(validation(format!(
            "functionName {name:?} does not satisfy the pattern [a-zA-Z0-9-_]+ (64 at most)"
        )));
    }
    if !input.role.starts_with("arn:aws:iam::") || !input.role.contains(":role/") {
        return Err(validation("Role must be the ARN of a role: arn:aws:iam::123456789012:role/NAME"));
    }
    if input.package_type.is_some_and(|kind| kind != "Zip") {
        return Err(invalid("the sandbox has functions of PackageType Zip only"));
    }
    let (Some(handler), Some(runtime)) = (input.handler, input.runtime) else {
        let message = "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
        return Err(invalid(message));
    };
    if runtime != "provided.al2023" {
        return Err(invalid(format!("the sandbox has the runtime provided.al2023, and not {runtime}")));
    }
    let timeout_s = input.timeout.unwrap_or(TIMEOUT_S);
    if !(1..=900).contains(&timeout_s) {
        return Err(validation(format!("Timeout {timeout_s} is not between 1 and 900 seconds")));
    }
    let variables = input.environment.map(|environment| environment.variables).unwrap_or_default();
    let mut state = this.state();
    state.values.extend(variables.values().map(|value| SecretString::from(value.as_str())));
    environment::check(&variables)?;
    if state.functions.contains_key(&name) {
        return Err(exists(&name));
    }
    let Some(program) = this.runner.function(&handler) else {
        let known: Vec<_> = this.runner.functions().into_iter().map(|function| function.name).collect();
        return Err(invalid(format!(
            "the sandbox does not run code that callers bring; Handler must name a function that it has ({}), and not {handler}",
            known.join(", ")
        )));
    };
    let timeout = Duration::from_secs(timeout_s);
    let function = Function { name: name.clone(), timeout, environment: variables.clone(), ..program };
    this.runner.add(function);
    let mut configuration = Configuration::new(&name, variables, now);
    (configuration.role, configuration.handler) = (input.role, handler);
    (configuration.description, configuration.timeout_s) = (input.description, timeout_s);
    let answer = configuration.render();
    state.functions.insert(name, configuration);
    Ok(Answer::json(answer).with_status(StatusCode::CREATED))
}

/// Deletes a function. What runs of it runs to its end.
pub(super) fn delete(this: &Lambda, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: DeleteFunction = call.input()?;
    let mut state = this.state();
    let name = state.function(&input.function_name, now)?.name.clone();
    state.functions.remove(&name);
    this.runner.remove(&name);
    Ok(Answer::empty().with_status(StatusCode::NO_CONTENT))
}

fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}
