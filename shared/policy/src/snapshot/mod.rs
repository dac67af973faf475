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

use jiff::Timestamp;

pub use name::{Slot, SnapshotName};
pub use record::{Digest, Keys, Keyspace, KeyspaceOf, Origin, Rdb, Record, Source, Verification};
pub use stored::{Part, Stored};

/// A moment in milliseconds since 1970, as it is recorded. One after the year 9999 is the last of that year.
pub fn at_ms(ms: u64) -> Timestamp {
    i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX)
}
