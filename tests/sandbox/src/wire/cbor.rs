//! The RPC v2 CBOR protocol.
//!
//! <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ciborium::Value as Cbor;
use serde::Serialize;
use serde_json::{Map, Number, Value, json};

use super::AwsError;

/// The media type of requests and responses.
pub(super) const CONTENT_TYPE: &str = "application/cbor";

/// Parses the operation and the parameters. Blobs become base64, and timestamps seconds since the epoch.
pub(super) fn parse(service: &str, path: &str, body: &[u8]) -> Result<(String, Value), AwsError> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let operation = match parts.as_slice() {
        ["service", named, "operation", operation] if *named == service => (*operation).to_owned(),
        _ => return Err(AwsError::new("UnknownOperationException", format!("{path} names no operation of {service}"))),
    };
    if body.is_empty() {
        return Ok((operation, json!({})));
    }
    let refuse = |why: String| AwsError::new("SerializationException", format!("{operation}: {why}"));
    let input: Cbor = ciborium::from_reader(body).map_err(|error| refuse(error.to_string()))?;
    let input = plain(input).ok_or_else(|| refuse("the body has a value that no AWS model has".to_owned()))?;
    Ok((operation, input))
}

/// Converts a value to JSON; `None` if no AWS model has a value of its kind.
fn plain(value: Cbor) -> Option<Value> {
    Some(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(yes) => yes.into(),
        Cbor::Integer(number) => Value::Number(Number::from_i128(number.into())?),
        Cbor::Float(number) => Value::Number(Number::from_f64(number)?),
        Cbor::Text(text) => text.into(),
        Cbor::Bytes(bytes) => BASE64_STANDARD.encode(bytes).into(),
        // Seconds since the epoch.
        Cbor::Tag(1, time) => plain(*time)?,
        Cbor::Array(items) => items.into_iter().map(plain).collect::<Option<Vec<_>>>()?.into(),
        Cbor::Map(members) => {
            let member = |(name, value): (Cbor, Cbor)| Some((name.into_text().ok()?, plain(value)?));
            Value::Object(members.into_iter().map(member).collect::<Option<Map<_, _>>>()?)
        }
        _ => return None,
    })
}

/// Renders an output.
pub(super) fn render(output: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(output, &mut bytes).expect("writing to memory does not fail");
    bytes
}

/// The body of an error response.
pub(super) fn error(error: &AwsError) -> Value {
    json!({ "__type": error.code, "message": error.message })
}
