//! The errors of Parameter Store.

use crate::wire::AwsError;

/// A member of the request is invalid.
pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// No parameter has this name. AWS answers the code without a message.
pub(super) fn not_found() -> AwsError {
    AwsError::new("ParameterNotFound", "")
}

/// The parameter has no version of this number, or none with this label.
pub(super) fn no_version(name: &str, selector: &str) -> AwsError {
    let message = match selector.parse::<u64>() {
        Ok(number) => {
            format!("Systems Manager could not find version {number} of {name}. Verify the version and try again.")
        }
        Err(_) => format!(
            "Systems Manager could not find a version of {name} that has the specified label, {selector}. Verify the \
             parameter label and try again."
        ),
    };
    AwsError::new("ParameterVersionNotFound", message)
}

/// A page token is invalid.
pub(super) fn next_token(token: Option<&str>) -> AwsError {
    let token = token.unwrap_or_default();
    AwsError::new("InvalidNextToken", format!("The following token is invalid: {token}."))
}

/// A member of a request breaks a constraint of the model.
pub(super) fn constraint(member: &str, value: &str, constraint: &str) -> AwsError {
    validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    ))
}

/// The page size of a call, the largest one by default.
pub(super) fn page_size(given: Option<usize>, max: usize) -> Result<usize, AwsError> {
    let size = given.unwrap_or(max);
    if (1..=max).contains(&size) { Ok(size) } else { Err(validation(format!("MaxResults must be from 1 to {max}."))) }
}
