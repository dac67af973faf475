//! The refusals of EventBridge.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html>

use crate::wire::AwsError;

/// A parameter of the call breaks a rule.
pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// There is no such rule.
pub(super) fn no_rule(name: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

/// The rule has too many targets.
pub(super) fn too_many_targets() -> AwsError {
    AwsError::new("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
}

/// Refuses every bus but the default one, by its name or ARN.
pub(super) fn check_bus(name: Option<&str>) -> Result<(), AwsError> {
    match name.filter(|name| name.rsplit('/').next() != Some("default")) {
        Some(other) => Err(AwsError::new(
            "ResourceNotFoundException",
            format!("Event bus {other} does not exist; the sandbox has default"),
        )),
        None => Ok(()),
    }
}

/// The size of a page.
pub(super) fn page_size(limit: Option<usize>) -> Result<usize, AwsError> {
    let size = limit.unwrap_or(100);
    if (1..=100).contains(&size) { Ok(size) } else { Err(validation("Limit must be from 1 to 100.")) }
}

/// A page token was never given.
pub(super) fn next_token() -> AwsError {
    validation("NextToken is none that this operation has given.")
}
