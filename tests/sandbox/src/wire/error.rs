//! The error responses of AWS.

use hyper::StatusCode;

/// An error response, with the codes of the service's own error shapes.
///
/// `code` is the code on the wire, for example `ResourceNotFoundException`. The query protocol drops the suffix
/// `Fault`: `InvalidReplicationGroupState`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The error code, as the service sends it.
    pub code: String,
    /// The message; empty if the service sends none. It can quote the request with a secret in it, where that of the
    /// service does.
    pub message: String,
    /// The HTTP status.
    pub status: StatusCode,
}

impl AwsError {
    /// An error with status 400, as nearly all have.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: StatusCode::BAD_REQUEST }
    }

    /// The same error with another HTTP status. The query protocol uses 404 if something is not found.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}
