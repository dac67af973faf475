//! The wire protocols of AWS, as far as the sandbox speaks them: JSON 1.1, REST-JSON and query.

mod call;
mod error;
mod json;
mod query;
mod rest;
mod xml;

use bytes::Bytes;
use hyper::{Response, StatusCode, header, http::request::Parts};

pub use call::{Answer, Call};
pub use error::AwsError;
pub(crate) use rest::Route;
pub use xml::Element;

/// A service of the sandbox, as the wire knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// JSON 1.1; operations arrive as `X-Amz-Target: <prefix>.<operation>`.
    Json {
        /// What stands before the operation.
        target_prefix: &'static str,
    },
    /// REST-JSON; operations are told by method and path.
    Rest {
        /// The operations that there are.
        routes: &'static [Route],
    },
    /// Query, answered in XML of this namespace.
    Query {
        /// The `xmlns` of every answer.
        namespace: &'static str,
    },
}

/// The services there are, by signing name.
const SERVICES: [(&str, Protocol); 7] = [
    ("secretsmanager", Protocol::Json { target_prefix: "secretsmanager" }),
    ("ssm", Protocol::Json { target_prefix: "AmazonSSM" }),
    ("ecs", Protocol::Json { target_prefix: "AmazonEC2ContainerServiceV20141113" }),
    ("servicediscovery", Protocol::Json { target_prefix: "Route53AutoNaming_v20170314" }),
    ("lambda", Protocol::Rest { routes: &crate::services::lambda::ROUTES }),
    ("elasticache", Protocol::Query { namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/" }),
    ("sts", Protocol::Query { namespace: "https://sts.amazonaws.com/doc/2011-06-15/" }),
];

/// Reads a request into a call.
///
/// The service is told by the signature (`Credential=AKID/date/region/service/aws4_request`), as AWS tells it; the
/// signature itself is not checked.
pub(crate) fn parse(head: &Parts, body: &[u8]) -> Result<(Call, Protocol), AwsError> {
    let (principal, service) = signer(head)?;
    let (_, protocol) = *SERVICES
        .iter()
        .find(|(name, _)| *name == service)
        .ok_or_else(|| AwsError::new("UnknownService", format!("the sandbox has no service {service}")))?;
    let (operation, input) = match protocol {
        Protocol::Json { target_prefix } => json::parse(&head.headers, body, target_prefix)?,
        Protocol::Rest { routes } => rest::parse(routes, (&head.method, &head.uri), body)?,
        Protocol::Query { .. } => query::parse(body)?,
    };
    Ok((Call { service, operation, principal, input }, protocol))
}

/// The access key id and the service that the request is signed for.
fn signer(head: &Parts) -> Result<(String, String), AwsError> {
    let refuse = || {
        AwsError::new("MissingAuthenticationToken", "the request carries no AWS Signature Version 4")
            .with_status(StatusCode::FORBIDDEN)
    };
    let authorization = head.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).ok_or_else(refuse)?;
    let scope = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next()).ok_or_else(refuse)?;
    let parts: Vec<&str> = scope.split('/').collect();
    match parts.as_slice() {
        [principal, _date, _region, service, "aws4_request"] => Ok(((*principal).to_owned(), (*service).to_owned())),
        _ => Err(refuse()),
    }
}

/// Renders what an operation answered or refused.
pub(crate) fn render(
    protocol: Protocol,
    operation: &str,
    request_id: &str,
    result: &Result<Answer, AwsError>,
) -> Response<Bytes> {
    let (content_type, body) = match (protocol, result) {
        (Protocol::Json { .. }, Ok(answer)) => ("application/x-amz-json-1.1", json::render(answer)),
        (Protocol::Json { .. }, Err(error)) => ("application/x-amz-json-1.1", json::render_error(error)),
        (Protocol::Rest { .. }, Ok(answer)) => ("application/json", rest::render(answer)),
        (Protocol::Rest { .. }, Err(error)) => ("application/json", rest::render_error(error)),
        (Protocol::Query { namespace }, Ok(answer)) => {
            ("text/xml", query::render(operation, namespace, request_id, answer))
        }
        (Protocol::Query { namespace }, Err(error)) => ("text/xml", query::render_error(namespace, request_id, error)),
    };
    let status = result.as_ref().map_or_else(|error| error.status, |_| StatusCode::OK);
    let mut response = Response::builder();
    if let (Protocol::Rest { .. }, Err(error)) = (protocol, result) {
        response = response.header("x-amzn-errortype", &error.code);
    }
    response
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .header("x-amzn-requestid", request_id)
        .body(body)
        .expect("the parts of the response are well formed")
}
