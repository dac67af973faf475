//! The REST-JSON protocol: the operation is in the method and the path, the parameters in path, query and body.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>

use bytes::Bytes;
use hyper::{Method, Uri};
use serde_json::{Map, Value, json};

use super::{Answer, AwsError};

/// One operation of a service: its method, its path with the parameters in braces, and its name.
pub(crate) type Route = (Method, &'static str, &'static str);

/// The operation and parameters of a request to the service with these routes.
///
/// A path that no route has is an operation that the service does not know: method and path then stand for its name.
pub(crate) fn parse(
    routes: &[Route],
    (method, uri): (&Method, &Uri),
    body: &[u8],
) -> Result<(String, Value), AwsError> {
    let found = routes.iter().filter(|(of_route, ..)| of_route == method);
    let found = found.filter_map(|(_, path, operation)| Some((operation, labels(path, uri.path())?))).next();
    let Some((operation, labels)) = found else {
        return Ok((format!("{method} {}", uri.path()), Value::Null));
    };
    let mut input = match body {
        [] => Map::new(),
        body => serde_json::from_slice(body)
            .map_err(|error| AwsError::new("SerializationException", format!("{operation}: {error}")))?,
    };
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    input.extend(query.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))));
    input.extend(labels);
    Ok(((*operation).to_owned(), Value::Object(input)))
}

/// The parameters in a path; `None` where it is another one.
fn labels(route: &str, path: &str) -> Option<Vec<(String, Value)>> {
    let (route, path): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    if route.len() != path.len() {
        return None;
    }
    let mut labels = Vec::new();
    for (of_route, part) in route.into_iter().zip(path) {
        match of_route.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(label) => labels.push((label.to_owned(), Value::String(decoded(part)))),
            None if of_route == part => {}
            None => return None,
        }
    }
    Some(labels)
}

/// A part of a path, without its percent encoding. Unlike in a form, a plus sign there is a plus sign.
fn decoded(part: &str) -> String {
    let pair = format!("={}", part.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Renders an answer.
pub(crate) fn render(answer: &Answer) -> Bytes {
    match answer {
        Answer::Json(value) => value.to_string().into(),
        Answer::Xml(_) => unreachable!("a JSON service answers JSON"),
    }
}

/// Renders a refusal; its code travels in the header `x-amzn-errortype`.
pub(crate) fn render_error(error: &AwsError) -> Bytes {
    let whose = if error.status.is_server_error() { "Service" } else { "User" };
    json!({ "Type": whose, "Message": error.message }).to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: [Route; 2] =
        [(Method::GET, "/v1/things/{Name}/parts", "ListParts"), (Method::PUT, "/v1/things/{Name}/parts", "PutPart")];

    fn parsed(method: &Method, uri: &str, body: &str) -> Result<(String, Value), AwsError> {
        parse(&ROUTES, (method, &uri.parse().unwrap()), body.as_bytes())
    }

    #[test]
    fn the_operation_is_told_by_method_and_path() {
        let (operation, input) = parsed(&Method::GET, "/v1/things/a%3Ab+c/parts?Page=2", "").unwrap();
        assert_eq!((operation.as_str(), input), ("ListParts", json!({ "Page": "2", "Name": "a:b+c" })));
        let (operation, input) = parsed(&Method::PUT, "/v1/things/a/parts", r#"{"Size":1,"Name":"b"}"#).unwrap();
        assert_eq!((operation.as_str(), input), ("PutPart", json!({ "Size": 1, "Name": "a" })));
    }

    #[test]
    fn what_no_route_has_is_named_by_method_and_path() {
        for (method, uri) in [(Method::POST, "/v1/things/a/parts"), (Method::GET, "/v1/things/a"), (Method::GET, "/")] {
            assert_eq!(parsed(&method, uri, "").unwrap().0, format!("{method} {uri}"));
        }
        assert_eq!(parsed(&Method::PUT, "/v1/things/a/parts", "[").unwrap_err().code, "SerializationException");
    }
}
