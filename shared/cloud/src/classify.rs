//! Which class an SDK error has. This is the only place that decides it.

mod operations;

use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::SdkError},
    http::StatusCode,
};
use policy::{Class, Failure};

pub use operations::Operation;

/// A call that did not succeed.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub struct CallError {
    /// The failure, with its class and way out.
    #[source]
    pub failure: Failure,
    /// The service's error code, if it answered with one.
    pub code: Option<String>,
    /// Whether the call may have taken effect all the same.
    pub effect: Effect,
}

/// Whether a failed call may have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The service refused it.
    None,
    /// No answer came, or one that says nothing about it.
    Unknown,
}

impl CallError {
    /// The failure of a change that was not requested, or of which nothing came.
    pub fn untouched(failure: Failure) -> Self {
        Self { failure, code: None, effect: Effect::None }
    }

    /// Whether the service answered this error code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        error.failure
    }
}

/// Codes that mean "not now": throttled, or somebody was faster.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html>, and each operation's own list, as
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors>
const LATER: [&str; 16] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "InternalServiceError",
    "InternalServerError",
    "ServiceUnavailable",
    "PreconditionFailedException",
    "ResourceConflictException",
    "ParameterAlreadyExists",
    "TooManyUpdates",
    "OperationAborted",
    "RequestTimeout",
];

/// Codes that mean the function's role lacks a permission.
const DENIED: [&str; 3] = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];

/// What to do about a missing permission.
const GRANT: &str =
    "Grant the action to the role of the function, and the actions on the KMS key if the resource has one";

/// Gives an SDK error its class.
///
/// - no answer, status 5xx, throttled, or busy ⇒ Retryable
/// - every other refusal ⇒ Permanent
///
/// `doing` says what was being done, as in "describe the secret orders/redis". Of the answer only the error code is kept, and
/// the message unless the operation [carries a secret](Operation::CARRIES_SECRET).
pub fn classify<E: Operation>(doing: &str, error: &SdkError<E, HttpResponse>) -> CallError {
    let status = error.raw_response().map(HttpResponse::status);
    let refused = match error {
        SdkError::ServiceError(refused) => refused.err().meta(),
        SdkError::ConstructionFailure(_) => {
            let failure = Failure::permanent(format!("cannot {doing}: the request could not be built"));
            return CallError { failure, code: None, effect: Effect::None };
        }
        SdkError::TimeoutError(_) => return lost(doing, "no answer came in time"),
        SdkError::DispatchFailure(failed) if failed.is_user() => {
            let failure = Failure::permanent(format!("cannot {doing}: the request could not be sent"));
            return CallError { failure, code: None, effect: Effect::None };
        }
        SdkError::DispatchFailure(_) => return lost(doing, "the connection failed"),
        _ => return lost(doing, "the answer could not be read"),
    };
    let code = refused.code().unwrap_or("no error code").to_owned();
    let class = class_of(&code, status);
    let message = match refused.message() {
        Some(_) if E::CARRIES_SECRET => " (its message is left out, because it may quote a secret)".to_owned(),
        Some(message) => format!(": {message}"),
        None => String::new(),
    };
    let failure = Failure::new(class, format!("cannot {doing}: {code}{message}"));
    let failure = match DENIED.contains(&code.as_str()) {
        true => failure.with_next_step(GRANT),
        false => failure,
    };
    CallError {
        failure,
        effect: if status.is_some_and(StatusCode::is_server_error) { Effect::Unknown } else { Effect::None },
        code: Some(code),
    }
}

/// Whether a code means that the resource is busy with something else: `InvalidReplicationGroupState`, `InvalidUserState`,
/// `InvalidServerlessCacheStateFault`.
fn is_busy(code: &str) -> bool {
    code.starts_with("Invalid") && code.trim_end_matches("Fault").ends_with("State")
}

fn class_of(code: &str, status: Option<StatusCode>) -> Class {
    let later = LATER.contains(&code)
        || is_busy(code)
        || status.is_some_and(|status| status.is_server_error() || status.as_u16() == 429);
    if later { Class::Retryable } else { Class::Permanent }
}

fn lost(doing: &str, what: &str) -> CallError {
    let failure = Failure::retryable(format!("cannot {doing}: {what}"));
    CallError { failure, code: None, effect: Effect::Unknown }
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticache::operation::{
        describe_users::DescribeUsersError, modify_replication_group::ModifyReplicationGroupError,
        modify_user::ModifyUserError,
    };
    use aws_sdk_lambda::operation::update_function_configuration::UpdateFunctionConfigurationError;
    use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError;
    use aws_sdk_ssm::operation::{get_parameter::GetParameterError, put_parameter::PutParameterError};
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};
    use policy::NextStep;

    use super::*;

    /// A refusal with this message, or none.
    fn refused_with<E: Operation>(
        error: fn(ErrorMetadata) -> E,
        status: u16,
        code: &str,
        message: Option<&str>,
    ) -> CallError {
        let mut meta = ErrorMetadata::builder().code(code);
        if let Some(message) = message {
            meta = meta.message(message);
        }
        let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        classify("do it", &SdkError::service_error(error(meta.build()), response))
    }

    fn refused(status: u16, code: &str) -> CallError {
        refused_with(DescribeUsersError::generic, status, code, Some("a sentence"))
    }

    #[test]
    fn each_refusal_has_its_class() {
        for (status, code, class, effect) in [
            (400, "ThrottlingException", Class::Retryable, Effect::None),
            (400, "InvalidReplicationGroupState", Class::Retryable, Effect::None),
            (400, "InvalidUserState", Class::Retryable, Effect::None),
            (400, "InvalidUserGroupState", Class::Retryable, Effect::None),
            (400, "InvalidServerlessCacheStateFault", Class::Retryable, Effect::None),
            (400, "TooManyUpdates", Class::Retryable, Effect::None),
            (429, "Whatever", Class::Retryable, Effect::None),
            (500, "InternalFailure", Class::Retryable, Effect::Unknown),
            (503, "ServiceUnavailable", Class::Retryable, Effect::Unknown),
            (400, "InvalidParameterValue", Class::Permanent, Effect::None),
            (400, "InvalidKMSKeyFault", Class::Permanent, Effect::None),
            (400, "KMSInvalidStateException", Class::Permanent, Effect::None),
            (400, "ResourceExistsException", Class::Permanent, Effect::None),
            (403, "AccessDenied", Class::Permanent, Effect::None),
            (404, "ReplicationGroupNotFoundFault", Class::Permanent, Effect::None),
            (404, "UserNotFound", Class::Permanent, Effect::None),
        ] {
            let error = refused(status, code);
            assert_eq!((error.failure.class(), error.effect), (class, effect), "{status} {code}");
            assert!(error.is(code));
        }
    }

    #[test]
    fn a_denied_call_says_who_can_help() {
        let failure = refused(403, "AccessDenied").failure;
        assert_eq!(failure.to_string(), "cannot do it: AccessDenied: a sentence");
        assert_eq!(failure.next_step().map(NextStep::as_str), Some(GRANT));
        assert_eq!(refused(400, "InvalidParameterValue").failure.next_step(), None);
    }

    #[test]
    fn the_message_for_a_request_with_a_secret_is_left_out() {
        const CODE: &str = "ValidationException";
        let message = Some("Value 'hunter2' failed to satisfy constraint: at most 4096 characters");
        for error in [
            refused_with(PutSecretValueError::generic, 400, CODE, message),
            refused_with(PutParameterError::generic, 400, CODE, message),
            refused_with(UpdateFunctionConfigurationError::generic, 400, CODE, message),
            refused_with(ModifyUserError::generic, 400, CODE, message),
            refused_with(ModifyReplicationGroupError::generic, 400, CODE, message),
        ] {
            assert_eq!(
                error.failure.chain(),
                "cannot do it: ValidationException (its message is left out, because it may quote a secret)"
            );
            assert!(error.is(CODE) && !format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_refusal_without_a_message_still_says_what_was_being_done() {
        let error = refused_with(GetParameterError::generic, 400, "ParameterNotFound", None);
        assert_eq!(error.failure.to_string(), "cannot do it: ParameterNotFound");
    }

    #[test]
    fn a_call_without_an_answer_may_have_taken_effect() {
        let lost: SdkError<ModifyReplicationGroupError, HttpResponse> =
            SdkError::dispatch_failure(ConnectorError::io("reset".into()));
        let error = classify("rotate the token", &lost);
        assert_eq!((error.failure.class(), error.effect), (Class::Retryable, Effect::Unknown));
    }
}
