//! Databases of Upstash, over their REST API.
//!
//! # Layout
//! - [`UpstashAcl`]: the tokens of an ACL user, two of which are valid at once
//! - [`UpstashReset`]: the database's own token, which a reset replaces
//! - [`database`]: logging in to a database whose token is renewed by ACL or by reset
//! - `rest`: commands, with a token
//! - [`Api`]: the Developer API, which resets the password of a database
//! - `http`: one request and its answer

mod acl;
mod api;
pub mod database;
mod http;
mod reset;
mod rest;

pub use acl::UpstashAcl;
pub use api::{Api, Description};
pub use reset::UpstashReset;
