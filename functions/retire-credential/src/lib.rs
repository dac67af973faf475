//! Retires the previous credential of a target, once no client can still use it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - [`concern`]: which events concern it, and why it leaves the others
//! - `retirement`: look, decide, act, until nothing is left to do, something else comes first, or time is up

mod concerns;
mod handle;
mod retirement;

pub use concerns::concern;
pub use handle::handle;
