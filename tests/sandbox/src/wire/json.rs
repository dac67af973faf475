//! The JSON 1.1 protocol.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>

use hyper::HeaderMap;
use serde_json::{Value, json};

use super::AwsError;

/// Parses the operation and the parameters of a request to the service with this target prefix.
pub(super) fn parse(headers: &HeaderMap, body: &[u8], target_prefix: &str) -> Result<(String, Value), AwsError> {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target
        .strip_prefix(target_prefix)
        .and_then(|rest| rest.strip_prefix('.'))
        .ok_or_else(|| AwsError::new("UnknownOperationException", format!("{target:?} names no operation")))?;
    let input = serde_json::from_slice(body)
        .map_err(|error| AwsError::new("SerializationException", format!("{operation}: {error}")))?;
    Ok((operation.to_owned(), input))
}

/// The body of an error response. Without a message, it has no member for it.
pub(super) fn error(error: &AwsError) -> Value {
    match error.message.as_str() {
        "" => json!({ "__type": error.code }),
        message => json!({ "__type": error.code, "message": message, "Message": message }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_a_message_has_its_code_only() {
        assert_eq!(error(&AwsError::new("ParameterNotFound", "")), json!({ "__type": "ParameterNotFound" }));
    }
}
