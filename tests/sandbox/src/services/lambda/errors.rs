//! The refusals of Lambda.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html#API_UpdateFunctionConfiguration_Errors>

use hyper::StatusCode;

use crate::wire::AwsError;

/// There is no function of this name.
pub(super) fn not_found(arn: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("Function not found: {arn}")).with_status(StatusCode::NOT_FOUND)
}

/// A parameter of the call breaks a rule.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValueException", message)
}

/// Another update is under way.
pub(super) fn conflict(arn: &str) -> AwsError {
    let message =
        format!("The operation cannot be performed at this time. An update is in progress for resource: {arn}");
    AwsError::new("ResourceConflictException", message).with_status(StatusCode::CONFLICT)
}

/// The function is not what the caller has seen.
pub(super) fn revision() -> AwsError {
    let message = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
                   retrieve the latest Revision Id";
    AwsError::new("PreconditionFailedException", message).with_status(StatusCode::PRECONDITION_FAILED)
}
