//! What AWS answers when it refuses a call.

use hyper::StatusCode;

/// A refusal, in the terms of the service's own error shapes.
///
/// `code` is the code on the wire (`ResourceNotFoundException`, or `InvalidReplicationGroupState` where the query protocol
/// drops the word Fault), `message` what a person reads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The error code as the service spells it on the wire.
    pub code: String,
    /// The sentence beside it, empty where the service gives none. It may quote the request, and a secret in it, where the service's own message does.
    pub message: String,
    /// The HTTP status it travels with.
    pub status: StatusCode,
}

impl AwsError {
    /// A refusal with status 400, as nearly all are.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), status: StatusCode::BAD_REQUEST }
    }

    /// The same refusal with another HTTP status: the query protocol answers 404 where something is not found.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}
