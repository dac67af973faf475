//! Takes one snapshot of a target per schedule slot, and verifies it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - [`concern`]: which events concern it, and why it leaves the others
//! - `request`: what an invocation asks for
//! - `rdb_file`: RDB files, pulled from a node into a bucket

mod concerns;
mod handle;
mod rdb_file;
mod request;

pub use concerns::concern;
pub use handle::handle;
