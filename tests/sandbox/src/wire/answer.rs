//! The response of an operation that succeeded.

use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{
    HeaderMap, StatusCode,
    header::{HeaderName, HeaderValue},
};
use serde_json::Value;

use super::xml::Element;

/// A streamed body. An error closes the connection.
pub type Stream = UnsyncBoxBody<Bytes, io::Error>;

/// A response: the parts of status, headers and body that the protocol does not determine.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status; 200 unless the operation says otherwise.
    pub status: StatusCode,
    /// The headers, in addition to those of the protocol.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

/// The body of a response, before the protocol serializes it.
#[derive(Debug)]
pub enum Body {
    /// No body.
    Empty,
    /// An output, for the JSON protocols. Also for CBOR, if it has no timestamps and blobs.
    Json(Value),
    /// The content of `<OperationResult>`, for the query protocol.
    Result(Vec<Element>),
    /// The root element, for REST-XML.
    Document(Element),
    /// An output for CBOR.
    Cbor(ciborium::Value),
    /// Raw bytes: a blob, or a payload of the caller.
    Bytes {
        /// Their media type.
        content_type: &'static str,
        /// The bytes.
        bytes: Bytes,
    },
    /// Raw bytes whose media type is among the headers.
    Typed(Bytes),
    /// A streamed body.
    Stream {
        /// Their media type.
        content_type: &'static str,
        /// The chunks.
        stream: Stream,
    },
}

impl Answer {
    /// A response with status 200.
    pub fn new(body: Body) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body }
    }

    /// A response without a body.
    pub fn empty() -> Self {
        Self::new(Body::Empty)
    }

    /// A response with this output, for the JSON protocols.
    pub fn json(output: Value) -> Self {
        Self::new(Body::Json(output))
    }

    /// A response with this content of `<OperationResult>`, for the query protocol.
    pub fn xml(result: Vec<Element>) -> Self {
        Self::new(Body::Result(result))
    }

    /// A response with these bytes as its body.
    pub fn bytes(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self::new(Body::Bytes { content_type, bytes: bytes.into() })
    }

    /// The same response with another HTTP status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same response with another header.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static("unprintable"));
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// The output of a JSON service; `None` if the body is not JSON.
    pub fn into_json(self) -> Option<Value> {
        match self.body {
            Body::Json(output) => Some(output),
            _ => None,
        }
    }
}
