//! Deletes the snapshots of a target that no rule keeps, and never the last good ones.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - [`concern`]: which events concern it, and why it leaves the others
//! - `rdb_files`: RDB files in a bucket

mod concerns;
mod handle;
mod rdb_files;

pub use concerns::concern;
pub use handle::handle;
