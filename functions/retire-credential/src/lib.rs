//! Takes the previous credential of one target away, once nobody can still hold it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `retirement`: look, decide, act, until nothing is left to do, something else comes first, or time is up

mod handle;
mod retirement;

pub use handle::handle;
