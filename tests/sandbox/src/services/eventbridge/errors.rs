//! The errors of EventBridge.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html>

use crate::wire::AwsError;

/// A parameter of the call is invalid.
pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// The rule does not exist.
pub(super) fn no_rule(name: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("Rule {name} does not exist on EventBus default."))
}

/// The rule has too many targets.
pub(super) fn too_many_targets() -> AwsError {
    AwsError::new("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
}

/// Rejects every bus, by name or ARN, except the default bus.
pub(super) fn check_bus(name: Option<&str>) -> Result<(), AwsError> {
    match name.filter(|name| name.rsplit('/').next() != Some("default")) {
        Some(other) => Err(AwsError::new(
            "ResourceNotFoundException",
            format!("Event bus {other} does not exist; the sandbox has only the default bus"),
        )),
        None => Ok(()),
    }
}

/// The size of a page.
pub(super) fn page_size(limit: Option<usize>) -> Result<usize, AwsError> {
    let size = limit.unwrap_or(100);
    if (1..=100).contains(&size) { Ok(size) } else { Err(validation("Limit must be from 1 to 100.")) }
}

/// The page token is not from this operation.
pub(super) fn next_token() -> AwsError {
    validation("NextToken is not a token from this operation.")
}
