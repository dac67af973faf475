//! The REST-JSON protocol. Method and path specify the operation; the parameters are in path, query and body.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>

use hyper::{Method, Uri};
use serde_json::{Map, Value, json};

use super::{
    AwsError, Route,
    rest::{self, RequestBody},
};

/// Parses the operation and the parameters of a request to the service with these routes.
pub(super) fn parse(routes: &[Route], method: &Method, uri: &Uri, body: &[u8]) -> Result<(String, Value), AwsError> {
    let Some((route, operation, labels)) = rest::find(routes, method, uri) else {
        return Ok((rest::unknown(method, uri), Value::Null));
    };
    let mut input: Map<String, Value> = match (route.body, body) {
        (RequestBody::Payload, _) | (_, []) => Map::new(),
        (RequestBody::Parameters, body) => serde_json::from_slice(body)
            .map_err(|error| AwsError::new("SerializationException", format!("{operation}: {error}")))?,
    };
    input.extend(rest::members(uri));
    Ok((operation.to_owned(), rest::with_labels(input, labels).into()))
}

/// The body of an error response. The code is in the header `x-amzn-errortype`.
pub(super) fn error(error: &AwsError) -> Value {
    let whose = if error.status.is_server_error() { "Service" } else { "User" };
    json!({ "Type": whose, "Message": error.message })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: [Route; 2] = [
        Route::new(Method::PUT, "/v1/things/{Name}/parts", "PutPart"),
        Route::new(Method::POST, "/v1/things/{Name}/runs", "Run").with_payload(),
    ];

    fn parsed(method: &Method, uri: &str, body: &str) -> Result<(String, Value), AwsError> {
        parse(&ROUTES, method, &uri.parse().unwrap(), body.as_bytes())
    }

    #[test]
    fn parameters_in_the_path_override_those_in_the_body() {
        let (operation, input) = parsed(&Method::PUT, "/v1/things/a/parts", r#"{"Size":1,"Name":"b"}"#).unwrap();
        assert_eq!((operation.as_str(), input), ("PutPart", json!({ "Size": 1, "Name": "a" })));
        assert_eq!(parsed(&Method::PUT, "/v1/things/a/parts", "[").unwrap_err().code, "SerializationException");
        assert_eq!(parsed(&Method::GET, "/v1/things", "[").unwrap().0, "GET /v1/things");
    }

    #[test]
    fn a_payload_is_not_parsed() {
        let (operation, input) = parsed(&Method::POST, "/v1/things/a/runs?Mode=x", "[").unwrap();
        assert_eq!((operation.as_str(), input), ("Run", json!({ "Mode": "x", "Name": "a" })));
    }
}
