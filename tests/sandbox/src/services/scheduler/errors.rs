//! The errors of EventBridge Scheduler.
//!
//! <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html#API_CreateSchedule_Errors>

use hyper::StatusCode;

use crate::wire::AwsError;

/// A parameter of the call is invalid.
pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// The schedule does not exist.
pub(super) fn no_schedule(name: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", format!("Schedule {name} does not exist."))
        .with_status(StatusCode::NOT_FOUND)
}

/// A schedule with this name exists already.
pub(super) fn exists(name: &str) -> AwsError {
    AwsError::new("ConflictException", format!("Schedule {name} already exists.")).with_status(StatusCode::CONFLICT)
}

/// Rejects every group except the default group.
pub(super) fn check_group(group: Option<&str>) -> Result<(), AwsError> {
    match group.filter(|group| *group != "default") {
        Some(other) => {
            Err(AwsError::new("ResourceNotFoundException", format!("Schedule group {other} does not exist."))
                .with_status(StatusCode::NOT_FOUND))
        }
        None => Ok(()),
    }
}
