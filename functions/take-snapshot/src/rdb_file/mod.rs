//! RDB files, pulled from a node into a bucket.
//!
//! # Layout
//! - [`take`]: a snapshot, from the look at the bucket to the record
//! - [`drill`]: the newest snapshot, read again
//! - `upload`: the pull from a node, and the upload at the same time
//! - `pipeline`: the bytes of a file on their way: digests, compression, parts
//! - `read_back`: an object, read from its beginning to its end
//! - `sweep`: uploads that nobody will complete
//! - `verdict`: how far a file is verified, and what is recorded of it

mod drill;
mod pipeline;
mod read_back;
mod sweep;
mod take;
mod upload;
mod verdict;

pub(crate) use drill::drill;
pub(crate) use take::take;
