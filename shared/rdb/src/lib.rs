//! An RDB reader for a live stream: it finds the end of the file, checks it, and counts what it holds.
//!
//! The reader does no IO. It is fed with chunks of any size, and skips data by counting. So it needs little memory for any file.
//!
//! ```
//! use rdb::{Checksum, Reader, Type};
//!
//! // A string in database 0, with checksums switched off, and the mark that ends a transfer.
//! let stream = b"REDIS0011\xfe\x00\x00\x03key\x05value\xff\0\0\0\0\0\0\0\0-mark-";
//!
//! let mut reader = Reader::new();
//! for chunk in stream.chunks(7) {
//!     let length = reader.feed(chunk)?;
//!     // Here chunk[..length] can be stored. The rest of the chunk follows the file.
//!     if reader.is_complete() {
//!         break;
//!     }
//! }
//! let summary = reader.finish()?;
//! assert_eq!(summary.bytes, 31);
//! assert_eq!(summary.databases[&0].types[&Type::String], 1);
//! assert_eq!(summary.checksum, Checksum::SwitchedOff);
//! # Ok::<(), rdb::Error>(())
//! ```
//!
//! # What is checked
//! - the version: 1 to 14 of Redis, 80 of Valkey. Any other is an error of its own that names it
//! - the framing of every opcode, key and value: each length, encoding and count
//! - that each compressed string can be decompressed
//! - the checksum, unless the server wrote none
//!
//! What a string holds is not checked, also if it is a listpack, a ziplist, an intset or a zipmap. The checksum shows damage in it,
//! and without a checksum nothing does.
//!
//! # Layout
//! - [`reader`]: the order of a file: header, items, trailer
//! - `header`: the family and version of the format
//! - `item`: what an opcode begins
//! - `value`: the types of values, one file for each
//! - `step`: the language that layouts are written in
//! - `machine`: carries out the steps of a layout
//! - `token`: a token that may be split between chunks; `length`, `string` and `lzf` have three kinds
//! - `checksum`: the checksum and its verdict
//! - [`summary`]: what a file holds; `aux_field` has what its writer says about it
//! - [`error`]: why a file is refused

mod aux_field;
mod checksum;
pub mod error;
mod header;
mod item;
mod length;
mod lzf;
mod machine;
pub mod reader;
mod step;
mod string;
pub mod summary;
mod token;
mod value;

pub use aux_field::Aux;
pub use checksum::Checksum;
pub use error::{Error, ErrorKind};
pub use header::{Family, Format};
pub use reader::Reader;
pub use summary::{Database, Summary};
pub use value::Type;
