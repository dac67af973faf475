//! Keeps what applications read true, and has them move to it.
//!
//! # Layout
//! - [`handle`]: from event to outcome

mod handle;

pub use handle::handle;
