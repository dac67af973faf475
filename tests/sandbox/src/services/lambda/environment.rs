//! The environment variables that a function may have.

use std::collections::BTreeMap;

use serde_json::json;

use super::errors::invalid;
use crate::wire::AwsError;

/// How many bytes all variables may have together, written as one JSON object: names, quotes and commas count too.
///
/// - the limit: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
/// - what is measured, by the refusal itself:
///   <https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594>
const MOST_BYTES: usize = 4096;

/// The names that Lambda reserves. A function may override others of Lambda's own (`LANG`, `PATH` …).
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
const RESERVED: [&str; 17] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_TASK_ROOT",
];

/// Refuses an illegal environment.
///
/// The message about a long environment quotes every value, as Lambda's does: to repeat it is to leak them.
pub(super) fn check(environment: &BTreeMap<String, String>) -> Result<(), AwsError> {
    let legal = |name: &str| {
        name.len() > 1
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if let Some(name) = environment.keys().find(|name| RESERVED.contains(&name.as_str())) {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             contains reserved keys that are currently not supported for modification. Reserved keys used in this request: \
             {name}"
        )));
    }
    if let Some(name) = environment.keys().find(|name| !legal(name)) {
        return Err(AwsError::new(
            "ValidationException",
            format!("The environment variable name {name:?} does not satisfy the pattern [a-zA-Z]([a-zA-Z0-9_])+"),
        ));
    }
    let measured = json!(environment).to_string();
    if measured.len() > MOST_BYTES {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(())
}
