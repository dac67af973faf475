//! How a snapshot is taken, and what is recorded of it.
//!
//! # Layout
//! - [`SnapshotName`], [`Slot`]: its name, from the target and a moment
//! - [`Stored`]: where its parts are in a bucket
//! - [`Record`]: what is known of an RDB file in a bucket
//! - [`pull`]: which node an RDB file is pulled from, and when none is

mod name;
pub mod pull;
mod record;
mod stored;

pub use name::{Slot, SnapshotName};
pub use record::{Digest, Keys, Keyspace, KeyspaceOf, Rdb, Record, Source, Verification};
pub use stored::{Part, Stored};
