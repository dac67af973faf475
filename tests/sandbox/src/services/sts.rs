//! STS: who am I.

use super::ACCOUNT;
use crate::wire::{Answer, AwsError, Call, Element};

/// Answers `GetCallerIdentity`, which never refuses anybody.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
pub(crate) fn call(call: &Call) -> Result<Answer, AwsError> {
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(Answer::Xml(vec![
            Element::text("Arn", format!("arn:aws:iam::{ACCOUNT}:user/{}", call.principal)),
            Element::text("UserId", &call.principal),
            Element::text("Account", ACCOUNT),
        ])),
        other => Err(AwsError::unknown_operation("sts", other)),
    }
}
