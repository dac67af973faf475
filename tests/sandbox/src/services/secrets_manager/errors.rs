//! The errors of Secrets Manager.
//!
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html>

use crate::wire::AwsError;

/// There is no such secret.
pub(super) fn no_secret() -> AwsError {
    AwsError::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

/// There is no such version, or it has no value.
pub(super) fn no_value(what: &str) -> AwsError {
    let message = format!("Secrets Manager can't find the specified secret value for {what}");
    AwsError::new("ResourceNotFoundException", message)
}

/// A member of the request is invalid.
pub(super) fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

/// The secret is in a state that does not allow this.
pub(super) fn invalid_request(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message)
}

/// It exists already, with other content.
pub(super) fn exists(message: impl Into<String>) -> AwsError {
    AwsError::new("ResourceExistsException", message)
}

/// A quota is used up.
pub(super) fn limit(message: impl Into<String>) -> AwsError {
    AwsError::new("LimitExceededException", message)
}

/// A page token is invalid.
pub(super) fn next_token() -> AwsError {
    AwsError::new("InvalidNextTokenException", "Invalid NextToken")
}
