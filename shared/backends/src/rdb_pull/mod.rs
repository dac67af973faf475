//! The RDB file of a node, over the replication protocol.
//!
//! The function asks as a replica does, for the file alone, and never becomes one: the server closes the connection after it.
//!
//! <https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#how-redis-replication-works>
//!
//! # Layout
//! - [`Pull`]: one transfer, from the login to its last byte
//! - `handshake`: the commands before it
//! - [`transfer`]: what a server sends after them: the header, the file and the mark at its end
//! - `info`: what a node says of itself
//! - `place`: where a node is

mod handshake;
mod info;
mod place;
mod pull;
#[cfg(test)]
mod tests;
pub mod transfer;

pub(crate) use info::read as read_info;
pub(crate) use place::Place;
pub use pull::{Pull, Pulled};
