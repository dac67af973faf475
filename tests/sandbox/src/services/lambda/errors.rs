//! The errors of Lambda.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html#API_UpdateFunctionConfiguration_Errors>

use hyper::StatusCode;

use crate::wire::AwsError;

/// There is no function of this name.
pub(super) fn not_found(arn: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("Function not found: {arn}")).with_status(StatusCode::NOT_FOUND)
}

/// A member of the request is invalid.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValueException", message)
}

/// The payload is no JSON.
pub(super) fn no_json(error: &serde_json::Error) -> AwsError {
    AwsError::new("InvalidRequestContentException", format!("Could not parse request body into json: {error}"))
}

/// The payload has too many bytes.
pub(super) fn too_large(limit: usize) -> AwsError {
    let message = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
    AwsError::new("RequestTooLargeException", message).with_status(StatusCode::PAYLOAD_TOO_LARGE)
}

/// There is a function of this name already.
pub(super) fn exists(name: &str) -> AwsError {
    AwsError::new("ResourceConflictException", format!("Function already exist: {name}"))
        .with_status(StatusCode::CONFLICT)
}

/// The policy has a statement with this id already.
pub(super) fn statement_exists(id: &str) -> AwsError {
    let message = format!(
        "The statement id ({id}) provided already exists. Please provide a new statement id, or remove \
                           the existing statement."
    );
    AwsError::new("ResourceConflictException", message).with_status(StatusCode::CONFLICT)
}

/// The function has no policy, or no such statement in it.
pub(super) fn no_policy() -> AwsError {
    AwsError::new("ResourceNotFoundException", "The resource you requested does not exist.")
        .with_status(StatusCode::NOT_FOUND)
}

/// Another update is under way.
pub(super) fn conflict(arn: &str) -> AwsError {
    let message =
        format!("The operation cannot be performed at this time. An update is in progress for resource: {arn}");
    AwsError::new("ResourceConflictException", message).with_status(StatusCode::CONFLICT)
}

/// The revision is not the latest.
pub(super) fn revision() -> AwsError {
    let message = "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to \
                   retrieve the latest Revision Id";
    AwsError::new("PreconditionFailedException", message).with_status(StatusCode::PRECONDITION_FAILED)
}
