//! Keeps what applications read true, and has them move to it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `rollout`: consumers that were started before a change are deployed anew, one after another

mod handle;
mod rollout;

pub use handle::handle;
