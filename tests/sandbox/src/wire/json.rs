//! The JSON 1.1 protocol.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::{Value, json};

use super::{Answer, AwsError};

/// The operation and parameters of a request to the service with this target prefix.
pub(crate) fn parse(headers: &HeaderMap, body: &[u8], target_prefix: &str) -> Result<(String, Value), AwsError> {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target
        .strip_prefix(target_prefix)
        .and_then(|rest| rest.strip_prefix('.'))
        .ok_or_else(|| AwsError::new("UnknownOperationException", format!("no operation is meant by {target:?}")))?;
    let input = serde_json::from_slice(body)
        .map_err(|error| AwsError::new("SerializationException", format!("{operation}: {error}")))?;
    Ok((operation.to_owned(), input))
}

/// Renders an answer.
pub(crate) fn render(answer: &Answer) -> Bytes {
    match answer {
        Answer::Json(value) => value.to_string().into(),
        Answer::Xml(_) => unreachable!("a JSON service answers JSON"),
    }
}

/// Renders a refusal.
pub(crate) fn render_error(error: &AwsError) -> Bytes {
    json!({ "__type": error.code, "message": error.message, "Message": error.message }).to_string().into()
}
