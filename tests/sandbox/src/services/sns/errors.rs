//! The errors of SNS.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors>

use hyper::StatusCode;

use crate::wire::AwsError;

/// A parameter of the call is invalid.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameter", message)
}

/// The topic does not exist.
pub(super) fn no_topic() -> AwsError {
    AwsError::new("NotFound", "Topic does not exist").with_status(StatusCode::NOT_FOUND)
}
