//! Retires the previous credential of a target, once no client can still use it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `retirement`: look, decide, act, until nothing is left to do, something else comes first, or time is up

mod handle;
mod retirement;

pub use handle::handle;
