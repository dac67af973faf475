//! `UpdateFunctionConfiguration`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>

use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

use super::{
    Lambda,
    configuration::Environment,
    environment,
    errors::{conflict, revision},
};
use crate::{
    chance,
    lambda::Function,
    wire::{Answer, AwsError, Call},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UpdateFunctionConfiguration {
    function_name: String,
    environment: Option<Environment>,
    description: Option<String>,
    revision_id: Option<String>,
    #[serde(rename = "KMSKeyArn")]
    kms_key_arn: Option<String>,
}

/// Changes what is given; an environment that is given replaces the one there is, whole.
///
/// - while another update is under way, nothing is changed
/// - a `RevisionId` that is not the latest is refused
/// - a refusal changes nothing
pub(super) fn update(this: &Lambda, call: &Call, now: Timestamp) -> Result<Answer, AwsError> {
    let input: UpdateFunctionConfiguration = call.input()?;
    let state = &mut *this.state();
    let takes = state.update;
    let given = input.environment.iter().flat_map(|environment| environment.variables.values());
    state.values.extend(given.map(|value| SecretString::from(value.as_str())));
    let function = state.function(&input.function_name, now)?;
    if function.updating_until.is_some() {
        return Err(conflict(&function.arn()));
    }
    if input.revision_id.is_some_and(|id| id != function.revision_id) {
        return Err(revision());
    }
    if let Some(key) = &input.kms_key_arn {
        check_key(key)?;
    }
    if let Some(Environment { variables }) = input.environment {
        environment::check(&variables)?;
        function.environment = variables;
        if let Some(program) = this.runner.function(&function.name) {
            this.runner.add(Function { environment: function.environment.clone(), ..program });
        }
    }
    if let Some(key) = input.kms_key_arn {
        function.kms_key_arn = Some(key).filter(|key| !key.is_empty());
    }
    if let Some(description) = input.description {
        function.description = description;
    }
    function.modified = now;
    function.revision_id = chance::uuid().to_string();
    function.updating_until = Some(now + takes);
    Ok(Answer::json(function.render()))
}

/// Refuses what is neither the ARN of a key nor empty: empty takes the key away.
fn check_key(key: &str) -> Result<(), AwsError> {
    let is_arn = key.strip_prefix("arn:aws").is_some_and(|rest| rest.splitn(3, ':').count() == 3);
    if key.is_empty() || is_arn {
        return Ok(());
    }
    Err(AwsError::new(
        "ValidationException",
        "KMSKeyArn does not satisfy the pattern (arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()",
    ))
}
