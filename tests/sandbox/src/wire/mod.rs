//! The wire protocols of AWS: JSON 1.1, REST-JSON, REST-XML, query and RPC v2 CBOR.
//!
//! This module knows no service: each service describes itself.
//!
//! # Layout
//! - `service`: the description of a service, and the list of services
//! - `protocol`: the protocols, each with its serialization in `json`, `rest_json`, `rest_xml`, `query` or `cbor`
//! - `rest`: the routes of the REST protocols
//! - `call`, `answer`, `error`: the requests and responses of services
//! - `xml`: XML elements

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
