//! STS: the identity of the caller.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::ACCOUNT;
use crate::wire::{Answer, AwsError, Call, Description, Element, Protocol, Service};

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "sts",
    protocols: &[Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" }],
    invalid_input: "ValidationError",
    event_sources: &[],
};

/// The STS of one sandbox.
pub(crate) struct Sts;

impl Service for Sts {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { identity(call) })
    }
}

/// `GetCallerIdentity`, which needs no permissions.
///
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
fn identity(call: &Call) -> Result<Answer, AwsError> {
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(Answer::xml(vec![
            Element::text("Arn", format!("arn:aws:iam::{ACCOUNT}:user/{}", call.principal)),
            Element::text("UserId", &call.principal),
            Element::text("Account", ACCOUNT),
        ])),
        _ => Err(call.unknown()),
    }
}
