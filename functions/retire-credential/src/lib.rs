//! Takes the previous credential of one target away, once nobody can still hold it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `retirement`: look, decide, act, until nothing is left to do, something else comes first, or time is up
//! - `secret`: what the secret says of the credential that was in use before

mod handle;
mod retirement;
mod secret;

pub use handle::handle;
