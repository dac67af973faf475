//! What an operation answers when it does what was asked.

use std::io;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::{
    HeaderMap, StatusCode,
    header::{HeaderName, HeaderValue},
};
use serde_json::Value;

use super::xml::Element;

/// Bytes that are sent one piece after another; the connection breaks off at an error.
pub type Stream = UnsyncBoxBody<Bytes, io::Error>;

/// An answer: status, headers and body, as far as the protocol does not decide them.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status; 200 unless the operation says otherwise.
    pub status: StatusCode,
    /// The headers beside those of the protocol.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

/// The body of an answer, before the protocol frames it.
#[derive(Debug)]
pub enum Body {
    /// No body.
    Empty,
    /// An output without timestamps and blobs, for the JSON protocols and for CBOR.
    Json(Value),
    /// The content of `<OperationResult>`, for the query protocol.
    Result(Vec<Element>),
    /// The root element, for REST-XML.
    Document(Element),
    /// An output for CBOR.
    Cbor(ciborium::Value),
    /// Bytes as they are: a blob, or a payload that is the caller's own.
    Bytes {
        /// Their media type.
        content_type: &'static str,
        /// The bytes.
        bytes: Bytes,
    },
    /// Bytes that are sent one piece after another.
    Stream {
        /// Their media type.
        content_type: &'static str,
        /// The pieces.
        stream: Stream,
    },
}

impl Answer {
    /// An answer with status 200.
    pub fn new(body: Body) -> Self {
        Self { status: StatusCode::OK, headers: HeaderMap::new(), body }
    }

    /// An answer without a body.
    pub fn empty() -> Self {
        Self::new(Body::Empty)
    }

    /// The whole output, for the JSON protocols.
    pub fn json(output: Value) -> Self {
        Self::new(Body::Json(output))
    }

    /// The content of `<OperationResult>`, for the query protocol.
    pub fn xml(result: Vec<Element>) -> Self {
        Self::new(Body::Result(result))
    }

    /// Bytes as they are.
    pub fn bytes(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self::new(Body::Bytes { content_type, bytes: bytes.into() })
    }

    /// The same answer with another HTTP status.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same answer with one header more.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap_or_else(|_| HeaderValue::from_static("unprintable"));
        self.headers.insert(HeaderName::from_static(name), value);
        self
    }

    /// The output of a JSON service; `None` where the body is no JSON.
    pub fn into_json(self) -> Option<Value> {
        match self.body {
            Body::Json(output) => Some(output),
            _ => None,
        }
    }
}
