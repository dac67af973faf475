//! Routes: how the REST protocols name an operation by method, path and query.
//!
//! <https://smithy.io/2.0/spec/http-bindings.html#http-trait>

use hyper::{Method, Uri};
use serde_json::{Map, Value};

/// One operation of a service.
#[derive(Clone, Debug)]
pub struct Route {
    method: Method,
    uri: &'static str,
    operation: &'static str,
    pub(super) body: RequestBody,
}

/// What the body of a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RequestBody {
    /// The parameters that are not in path, query and headers.
    Parameters,
    /// One parameter, which the operation reads off [`Call::body`](super::Call::body).
    Payload,
}

impl Route {
    /// An operation by its method and by its `uri` as Smithy writes it.
    ///
    /// - `{Name}` stands for one part of the path, `{Name+}` for all the rest
    /// - after a `?` stand the query members that the request must have: `/{Bucket}?uploads`, `/{Bucket}?list-type=2`
    pub const fn new(method: Method, uri: &'static str, operation: &'static str) -> Self {
        Self { method, uri, operation, body: RequestBody::Parameters }
    }

    /// The same operation, where the body is one parameter.
    pub const fn with_payload(mut self) -> Self {
        self.body = RequestBody::Payload;
        self
    }

    /// The parameters in the path; `None` where the request is for another operation.
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

/// The route of a request: the first that matches.
pub(super) fn find<'a>(
    routes: &'a [Route],
    method: &Method,
    uri: &Uri,
) -> Option<(&'a Route, &'static str, Map<String, Value>)> {
    routes.iter().find_map(|route| Some((route, route.operation, route.labels(method, uri)?)))
}

/// The operation and the parameters in path and query. Method and path stand for an operation that no route has.
pub(super) fn parse(routes: &[Route], method: &Method, uri: &Uri) -> (String, Value) {
    match find(routes, method, uri) {
        None => (unknown(method, uri), Value::Null),
        Some((_, operation, labels)) => (operation.to_owned(), with_labels(members(uri), labels).into()),
    }
}

/// The name of an operation that no route has.
pub(super) fn unknown(method: &Method, uri: &Uri) -> String {
    format!("{method} {}", uri.path())
}

/// The members of the query.
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

/// The parameters in a path; `None` where it is another one.
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
    parts.next().is_none().then_some(labels)
}

/// A part of a path, without its percent encoding. Unlike in a form, a plus sign there is a plus sign.
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
    fn an_operation_is_named_by_method_path_and_query() {
        let cases = [
            (Method::GET, "/v1/things/a%3Ab+c/parts?Page=2", "ListParts", json!({ "Page": "2", "Name": "a:b+c" })),
            (Method::GET, "/logs?list-type=2", "ListObjectsV2", json!({ "list-type": "2", "Bucket": "logs" })),
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
    fn what_no_route_has_is_named_by_method_and_path() {
        let others = [
            (Method::POST, "/v1/things/a/parts"),
            (Method::GET, "/v1/things/a"),
            (Method::GET, "/"),
            (Method::GET, "/logs"),
            (Method::GET, "/logs?list-type=1"),
            (Method::PUT, "/logs/"),
        ];
        for (method, uri) in others {
            let path = uri.split('?').next().unwrap_or_default();
            assert_eq!(parsed(&method, uri).0, format!("{method} {path}"));
        }
    }
}
