//! The protocols of AWS services: how each serializes a call, a response and an error.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Response, header, http::request::Parts};
use serde_json::Value;

use super::{Answer, AwsError, Body, Route, Stream, cbor, json, query, rest, rest_json, rest_xml};

/// A protocol, with what is particular to one service.
#[derive(Clone, Copy, Debug)]
pub enum Protocol {
    /// JSON 1.1. The header `X-Amz-Target: <prefix>.<operation>` specifies the operation.
    Json {
        /// The prefix of the operation.
        target_prefix: &'static str,
    },
    /// REST-JSON. Method and path specify the operation.
    RestJson {
        /// The operations of the service.
        routes: &'static [Route],
    },
    /// REST-XML, with S3's form of errors. Method, path and query specify the operation.
    RestXml {
        /// The operations of the service.
        routes: &'static [Route],
        /// The `xmlns` of every response.
        namespace: &'static str,
    },
    /// Query. The form member `Action` specifies the operation.
    Query {
        /// The `xmlns` of every response.
        namespace: &'static str,
    },
    /// RPC v2 CBOR. The path `/service/<service>/operation/<operation>` specifies the operation.
    Cbor {
        /// The name of the service in its model: `GraniteServiceVersion20100801`.
        service: &'static str,
    },
}

impl Protocol {
    /// The protocol of a request, by its headers; otherwise the last of these protocols.
    pub(super) fn of_request(protocols: &[Self], head: &Parts) -> Self {
        let usual = *protocols.last().expect("a service speaks at least one protocol");
        protocols.iter().copied().find(|protocol| protocol.is_named_by(head)).unwrap_or(usual)
    }

    /// Guesses the protocol of a request to an unknown service, so that the client can parse the error.
    pub(super) fn guess(head: &Parts) -> Self {
        const ALL: [Protocol; 4] = [
            Protocol::Cbor { service: "" },
            Protocol::Json { target_prefix: "" },
            Protocol::Query { namespace: "" },
            Protocol::RestJson { routes: &[] },
        ];
        // S3, which speaks REST-XML, is the service that requires this header.
        match head.headers.contains_key("x-amz-content-sha256") {
            true => Self::RestXml { routes: &[], namespace: "" },
            false => Self::of_request(&ALL, head),
        }
    }

    /// Whether the headers indicate this protocol. The REST protocols have no such header.
    fn is_named_by(self, head: &Parts) -> bool {
        let value = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match self {
            Self::Cbor { .. } => value("smithy-protocol") == "rpc-v2-cbor",
            Self::Json { .. } => !value("x-amz-target").is_empty(),
            Self::Query { .. } => value("content-type").starts_with("application/x-www-form-urlencoded"),
            Self::RestJson { .. } | Self::RestXml { .. } => false,
        }
    }

    /// Parses the operation and the parameters of a request.
    pub(super) fn parse(self, head: &Parts, body: &[u8]) -> Result<(String, Value), AwsError> {
        match self {
            Self::Json { target_prefix } => json::parse(&head.headers, body, target_prefix),
            Self::RestJson { routes } => rest_json::parse(routes, &head.method, &head.uri, body),
            Self::RestXml { routes, .. } => Ok(rest::parse(routes, &head.method, &head.uri)),
            Self::Query { .. } => query::parse(body),
            Self::Cbor { service } => cbor::parse(service, head.uri.path(), body),
        }
    }

    /// Renders the result of an operation.
    pub(crate) fn render(
        self,
        operation: &str,
        request_id: &str,
        result: Result<Answer, AwsError>,
    ) -> Response<Stream> {
        let Answer { status, headers, body } = result.unwrap_or_else(|error| self.refusal(request_id, &error));
        let (content_type, body) = match (self, body) {
            (_, Body::Empty) => (None, whole(Bytes::new())),
            (_, Body::Typed(bytes)) => (None, whole(bytes)),
            (_, Body::Bytes { content_type, bytes }) => (Some(content_type), whole(bytes)),
            (_, Body::Stream { content_type, stream }) => (Some(content_type), stream),
            (Self::Json { .. }, Body::Json(output)) => (Some("application/x-amz-json-1.1"), whole(output.to_string())),
            (Self::RestJson { .. }, Body::Json(output)) => (Some("application/json"), whole(output.to_string())),
            (Self::Cbor { .. }, Body::Json(output)) => (Some(cbor::CONTENT_TYPE), whole(cbor::render(&output))),
            (Self::Cbor { .. }, Body::Cbor(output)) => (Some(cbor::CONTENT_TYPE), whole(cbor::render(&output))),
            (Self::Query { namespace }, Body::Result(elements)) => {
                (Some("text/xml"), whole(query::render(operation, namespace, request_id, elements)))
            }
            (Self::RestXml { namespace, .. }, Body::Document(root)) => {
                (Some("application/xml"), whole(rest_xml::render(namespace, &root)))
            }
            (protocol, body) => unreachable!("{operation} answers {body:?}, which {protocol:?} cannot express"),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        let mut set = |name: &'static str, value: &str| {
            response.headers_mut().insert(name, value.parse().expect("the header is plain text"));
        };
        content_type.into_iter().for_each(|content_type| set(header::CONTENT_TYPE.as_str(), content_type));
        set("x-amzn-requestid", request_id);
        match self {
            Self::RestXml { .. } => set("x-amz-request-id", request_id),
            Self::Cbor { .. } => set("smithy-protocol", "rpc-v2-cbor"),
            Self::Json { .. } | Self::RestJson { .. } | Self::Query { .. } => {}
        }
        response
    }

    /// An error, in the form of the protocol.
    fn refusal(self, request_id: &str, error: &AwsError) -> Answer {
        let answer = match self {
            Self::Json { .. } => Answer::json(json::error(error)),
            Self::RestJson { .. } => Answer::json(rest_json::error(error)).with_header("x-amzn-errortype", &error.code),
            Self::RestXml { .. } => Answer::bytes("application/xml", rest_xml::error(request_id, error)),
            Self::Query { namespace } => Answer::bytes("text/xml", query::error(namespace, request_id, error)),
            Self::Cbor { .. } => Answer::json(cbor::error(error)),
        };
        answer.with_status(error.status)
    }
}

/// A body in one piece.
fn whole(bytes: impl Into<Bytes>) -> Stream {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}
