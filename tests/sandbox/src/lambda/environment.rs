//! The environment variables of a function. None are inherited from the sandbox's process.

use std::{collections::BTreeMap, path::Path};

use super::Function;

/// The `PATH` of Lambda.
const PATH: &str = "/usr/local/bin:/usr/bin/:/bin:/opt/bin";

/// Builds the environment of an instance: the sandbox's, Lambda's and the function's own variables. Later ones override
/// earlier ones.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
pub(super) fn build(
    base: &BTreeMap<String, String>,
    function: &Function,
    principal: &str,
    runtime_api: &str,
) -> BTreeMap<String, String> {
    let name = &function.name;
    let lambda = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("[$LATEST]{principal}")),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
        ("AWS_ACCESS_KEY_ID", principal.to_owned()),
        ("LAMBDA_TASK_ROOT", task_root(function).display().to_string()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("PATH", PATH.to_owned()),
        ("TZ", ":UTC".to_owned()),
    ];
    let lambda = lambda.into_iter().map(|(name, value)| (name.to_owned(), value));
    base.clone().into_iter().chain(lambda).chain(function.environment.clone()).collect()
}

/// The folder of the function's package.
pub(super) fn task_root(function: &Function) -> &Path {
    match function.binary.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
