//! The refusals of ECS.

use crate::wire::AwsError;

/// A parameter of the call is invalid.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

/// The call cannot be carried out for this client.
pub(super) fn client(message: impl Into<String>) -> AwsError {
    AwsError::new("ClientException", message)
}

/// There is no such cluster.
pub(super) fn no_cluster() -> AwsError {
    AwsError::new("ClusterNotFoundException", "Cluster not found.")
}

/// There is no such service.
pub(super) fn no_service() -> AwsError {
    AwsError::new("ServiceNotFoundException", "Service not found.")
}

/// The service was deleted.
pub(super) fn not_active() -> AwsError {
    AwsError::new("ServiceNotActiveException", "Service was not ACTIVE.")
}

/// The page size of a call, within what the operations allow.
pub(super) fn page_size(given: Option<usize>, usual: usize) -> Result<usize, AwsError> {
    let size = given.unwrap_or(usual);
    if (1..=100).contains(&size) { Ok(size) } else { Err(invalid("maxResults must be from 1 to 100.")) }
}

/// A page token was never handed out.
pub(super) fn next_token() -> AwsError {
    invalid("Invalid token.")
}
