//! `Invoke`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Lambda,
    configuration::check_qualifier,
    errors::{invalid, no_json, too_large},
};
use crate::{
    clock,
    delivery::Order,
    lambda::{Invocation, InvocationResult},
    wire::{Answer, AwsError, Call},
};

/// What invocations over the wire are labelled with.
const LABEL: &str = "invoke";

/// How many bytes a payload may have.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const MOST_BYTES: usize = 6 * 1024 * 1024;

/// The same for an asynchronous invocation.
const MOST_BYTES_OF_AN_EVENT: usize = 1024 * 1024;

/// How much of the log an answer may have: the end of it.
const LOG_TAIL: usize = 4096;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Invoke {
    function_name: String,
    qualifier: Option<String>,
}

/// Runs a function.
///
/// - `RequestResponse`: the answer has the payload; a function that fails is answered with 200 and `X-Amz-Function-Error`
/// - `Event`: answered at once, run behind the caller's back, and again where the function fails
/// - `DryRun`: not run
pub(super) async fn invoke(this: &Lambda, call: &Call) -> Result<Answer, AwsError> {
    let input: Invoke = call.input()?;
    check_qualifier(input.qualifier.as_deref())?;
    let function = this.state().function(&input.function_name, clock::now())?.name.clone();
    let kind = call.header("x-amz-invocation-type").unwrap_or("RequestResponse");
    let limit = if kind == "Event" { MOST_BYTES_OF_AN_EVENT } else { MOST_BYTES };
    if call.body.len() > limit {
        return Err(too_large(limit));
    }
    let payload = match &call.body[..] {
        [] => json!({}),
        body => serde_json::from_slice(body).map_err(|error| no_json(&error))?,
    };
    let with_log = match call.header("x-amz-log-type") {
        None | Some("None") => false,
        Some("Tail") => true,
        Some(other) => return Err(invalid(format!("LogType is None or Tail, and not {other}"))),
    };
    match kind {
        "RequestResponse" => Ok(answer(&run(this, &function, &payload).await, with_log)),
        "Event" => {
            this.events.deliver(Order { kind: LABEL.to_owned(), function, payload });
            Ok(Answer::empty().with_status(StatusCode::ACCEPTED))
        }
        "DryRun" => Ok(Answer::empty().with_status(StatusCode::NO_CONTENT)),
        other => Err(invalid(format!("InvocationType is RequestResponse, Event or DryRun, and not {other}"))),
    }
}

/// Runs a function that has code. One without fails as a package without a bootstrap does.
async fn run(this: &Lambda, function: &str, payload: &Value) -> Invocation {
    let mut ended = this.runner.invoke(function, payload, LABEL).await;
    if !this.runner.has(function) {
        let message = format!("{function} has no code in the sandbox; it is there to be configured");
        let error_type = "Runtime.InvalidEntrypoint".to_owned();
        ended.result = InvocationResult::Failed { error_type, message };
    }
    ended
}

fn answer(ended: &Invocation, with_log: bool) -> Answer {
    let (payload, failed) = match &ended.result {
        InvocationResult::Returned(payload) => (payload.to_string(), false),
        InvocationResult::Failed { error_type, message } => {
            (json!({ "errorType": error_type, "errorMessage": message }).to_string(), true)
        }
    };
    let mut answer = Answer::bytes("application/json", payload).with_header("x-amz-executed-version", "$LATEST");
    if failed {
        answer = answer.with_header("x-amz-function-error", "Unhandled");
    }
    if with_log {
        answer = answer.with_header("x-amz-log-result", &BASE64_STANDARD.encode(tail(&log(ended))));
    }
    answer
}

/// The log of an invocation, with Lambda's own lines around what the function wrote.
fn log(ended: &Invocation) -> String {
    let Invocation { request_id, logs, duration_ms, .. } = ended;
    format!(
        "START RequestId: {request_id} Version: $LATEST\n{logs}END RequestId: {request_id}\nREPORT RequestId: {request_id}\t\
         Duration: {duration_ms}.00 ms\tBilled Duration: {duration_ms} ms\tMemory Size: 128 MB\tMax Memory Used: 64 MB\t\n"
    )
}

/// The end of a log. It may begin within a line, as Lambda's does.
fn tail(log: &str) -> &[u8] {
    let bytes = log.as_bytes();
    &bytes[bytes.len().saturating_sub(LOG_TAIL)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_an_answer_is_the_end_of_it() {
        assert_eq!(tail("short"), b"short");
        let long = "a".repeat(LOG_TAIL) + "the end";
        assert!(tail(&long).ends_with(b"the end") && tail(&long).len() == LOG_TAIL);
    }
}
