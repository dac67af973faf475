//! The refusals of Parameter Store.

use crate::wire::AwsError;

/// A parameter of the call breaks a rule.
pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// There is no parameter of this name. AWS answers the code alone, without a message.
pub(super) fn not_found() -> AwsError {
    AwsError::new("ParameterNotFound", "")
}

/// The parameter has no such version, or none with this label.
pub(super) fn no_version(name: &str) -> AwsError {
    AwsError::new(
        "ParameterVersionNotFound",
        format!("Systems Manager could not find version {name} of the parameter."),
    )
}

/// A page token was never handed out.
pub(super) fn next_token() -> AwsError {
    AwsError::new("InvalidNextToken", "The specified token isn't valid.")
}

/// The page size of a call, within what the operation allows; the most where none is given.
pub(super) fn page_size(given: Option<usize>, max: usize) -> Result<usize, AwsError> {
    let size = given.unwrap_or(max);
    if (1..=max).contains(&size) { Ok(size) } else { Err(validation(format!("MaxResults must be from 1 to {max}."))) }
}
