//! Routes of the REST protocols, which specify an operation by method, path and query.
//!
//! <https://smithy.io/2.0/spec/http-bindings.html#http-trait>

use hyper::{Method, Uri};
use serde_json::{Map, Value};

/// The route of one operation.
#[derive(Clone, Debug)]
pub struct Route {
    method: Method,
    uri: &'static str,
    operation: &'static str,
    pub(super) body: RequestBody,
}

/// What the body of a request contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestBody {
    /// The parameters that are not in the path, the query or the headers.
    Parameters,
    /// A payload, which the operation reads from [`Call::body`](super::Call::body).
    Payload,
}

impl Route {
    /// Creates a route from an HTTP method and a `uri` pattern of Smithy.
    ///
    /// - `{Name}` matches one segment of the path, and `{Name+}` all remaining segments
    /// - a slash at the end of the path changes nothing: the Rust SDK calls `/{Bucket}/`
    /// - after a `?` are the query parameters that the request must have: `/{Bucket}?uploads`, `/{Bucket}?list-type=2`
    pub const fn new(method: Method, uri: &'static str, operation: &'static str) -> Self {
        Self { method, uri, operation, body: RequestBody::Parameters }
    }

    /// The same route, with a payload as its body.
    pub const fn with_payload(mut self) -> Self {
        self.body = RequestBody::Payload;
        self
    }

    /// The parameters in the path; `None` if the request does not match this route.
    fn labels(&self, method: &Method, uri: &Uri) -> Option<Map<String, Value>> {
        let (path, query) = self.uri.split_once('?').unwrap_or((self.uri, ""));
        let given = members(uri);
        let has = |(name, value): (String, Value)| given.get(&name).is_some_and(|is| value == "" || *is == value);
        if self.method != *method || !form_members(query).all(has) {
            return None;
        }
        labels(path, uri.path())
    }
}

/// The first route that matches a request.
pub(super) fn find<'a>(
    routes: &'a [Route],
    method: &Method,
    uri: &Uri,
) -> Option<(&'a Route, &'static str, Map<String, Value>)> {
    routes.iter().find_map(|route| Some((route, route.operation, route.labels(method, uri)?)))
}

/// Parses the operation, and the parameters in path and query. Without a matching route, method and path are the
/// operation.
pub(super) fn parse(routes: &[Route], method: &Method, uri: &Uri) -> (String, Value) {
    match find(routes, method, uri) {
        None => (unknown(method, uri), Value::Null),
        Some((_, operation, labels)) => (operation.to_owned(), with_labels(members(uri), labels).into()),
    }
}

/// The name of an operation without a route.
pub(super) fn unknown(method: &Method, uri: &Uri) -> String {
    format!("{method} {}", uri.path())
}

/// The query parameters.
pub(super) fn members(uri: &Uri) -> Map<String, Value> {
    form_members(uri.query().unwrap_or_default()).collect()
}

pub(super) fn with_labels(mut input: Map<String, Value>, labels: Map<String, Value>) -> Map<String, Value> {
    input.extend(labels);
    input
}

fn form_members(form: &str) -> impl Iterator<Item = (String, Value)> + '_ {
    form_urlencoded::parse(form.as_bytes()).map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
}

/// The parameters in a path; `None` if it does not match the route.
fn labels(route: &str, path: &str) -> Option<Map<String, Value>> {
    let mut labels = Map::new();
    let mut parts = path.split('/');
    for of_route in route.split('/') {
        match of_route.strip_prefix('{').and_then(|label| label.strip_suffix('}')) {
            Some(label) if label.ends_with('+') => {
                let rest: Vec<_> = parts.by_ref().collect();
                let rest = Some(rest.join("/")).filter(|rest| !rest.is_empty())?;
                labels.insert(label.trim_end_matches('+').to_owned(), decoded(&rest).into());
            }
            Some(label) => {
                let part = parts.next().filter(|part| !part.is_empty())?;
                labels.insert(label.to_owned(), decoded(part).into());
            }
            None if parts.next() == Some(of_route) => {}
            None => return None,
        }
    }
    // SDKs write `/Bucket/` for a bucket.
    let is_rest_empty = matches!((parts.next(), parts.next()), (None | Some(""), None));
    is_rest_empty.then_some(labels)
}

/// Percent-decodes one segment of a path. Unlike in a form, a plus sign stays a plus sign.
fn decoded(part: &str) -> String {
    let pair = format!("={}", part.replace('+', "%2B"));
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ROUTES: [Route; 6] = [
        Route::new(Method::GET, "/v1/things/{Name}/parts", "ListParts"),
        Route::new(Method::PUT, "/v1/things/{Name}/parts", "PutPart"),
        Route::new(Method::GET, "/{Bucket}?list-type=2", "ListObjectsV2"),
        Route::new(Method::POST, "/{Bucket}/{Key+}?uploads", "CreateMultipartUpload"),
        Route::new(Method::PUT, "/{Bucket}/{Key+}?partNumber&uploadId", "UploadPart"),
        Route::new(Method::PUT, "/{Bucket}/{Key+}", "PutObject"),
    ];

    fn parsed(method: &Method, uri: &str) -> (String, Value) {
        parse(&ROUTES, method, &uri.parse().unwrap())
    }

    #[test]
    fn method_path_and_query_specify_the_operation() {
        let cases = [
            (Method::GET, "/v1/things/a%3Ab+c/parts?Page=2", "ListParts", json!({ "Page": "2", "Name": "a:b+c" })),
            (Method::GET, "/logs?list-type=2", "ListObjectsV2", json!({ "list-type": "2", "Bucket": "logs" })),
            (Method::GET, "/logs/?list-type=2", "ListObjectsV2", json!({ "list-type": "2", "Bucket": "logs" })),
            (Method::PUT, "/logs/a/b%20c", "PutObject", json!({ "Bucket": "logs", "Key": "a/b c" })),
            (
                Method::POST,
                "/logs/a?uploads",
                "CreateMultipartUpload",
                json!({ "uploads": "", "Bucket": "logs", "Key": "a" }),
            ),
            (
                Method::PUT,
                "/logs/a/b?partNumber=1&uploadId=u",
                "UploadPart",
                json!({ "partNumber": "1", "uploadId": "u", "Bucket": "logs", "Key": "a/b" }),
            ),
        ];
        for (method, uri, operation, input) in cases {
            assert_eq!(parsed(&method, uri), (operation.to_owned(), input), "{uri}");
        }
    }

    #[test]
    fn an_operation_without_a_route_is_called_by_its_method_and_path() {
        let others = [
            (Method::POST, "/v1/things/a/parts"),
            (Method::GET, "/v1/things/a"),
            (Method::GET, "/"),
            (Method::GET, "/logs"),
            (Method::GET, "/logs?list-type=1"),
            (Method::PUT, "/logs/"),
            (Method::GET, "/logs//?list-type=2"),
        ];
        for (method, uri) in others {
            let path = uri.split('?').next().unwrap_or_default();
            assert_eq!(parsed(&method, uri).0, format!("{method} {path}"));
        }
    }
}
