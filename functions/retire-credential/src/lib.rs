//! Retires the previous credential of a target once no client uses it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - [`concern`]: which events concern it, and why it leaves the others
//! - `retirement`: looks at the target, decides, and makes one change at a time

mod concerns;
mod handle;
mod retirement;

pub use concerns::concern;
pub use handle::handle;
