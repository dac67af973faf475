//! The wire protocols of AWS: JSON 1.1, REST-JSON, REST-XML, query and RPC v2 CBOR.
//!
//! A service describes itself; the wire knows none.
//!
//! # Layout
//! - `service`: what a service says of itself, and the list of those there are
//! - `protocol`: the protocols, each with its framing in `json`, `rest_json`, `rest_xml`, `query` or `cbor`
//! - `rest`: how the REST protocols name an operation
//! - `call`, `answer`, `error`: what services get and give
//! - `xml`: elements

mod answer;
mod call;
mod cbor;
mod error;
mod json;
mod protocol;
mod query;
mod rest;
mod rest_json;
mod rest_xml;
mod service;
#[cfg(test)]
mod tests;
mod xml;

pub use answer::{Answer, Body, Stream};
pub use call::Call;
pub use error::AwsError;
pub use protocol::Protocol;
pub use rest::Route;
pub use service::Description;
pub(crate) use service::{Request, Service, Services, Unreadable};
pub use xml::Element;
