//! Redis nodes with addresses of their own: real processes on loopback, or simulated ones in memory.
//!
//! # Layout
//! - [`Fleet`]: every node of a sandbox, and what they share
//! - [`Node`]: one node behind its public address; tests break and mend it
//! - [`Direct`]: the server of a node past its public address, where no fault strikes
//! - `gate`, `connection`: public addresses, and what a connection meets there
//! - `resp`: where a command and its reply end
//! - `body`: what a node is made of, a `server` or a node in `memory`
//! - `network`, `authority`, `program`, `process`, `config`: what a server is made of
//! - `admin`, `access`: how the sandbox administers it, and who may log in
//! - `login`: a login past its public address
//! - `dump`: the RDB of a node

mod access;
mod admin;
mod authority;
mod body;
mod config;
mod connection;
mod direct;
mod dump;
mod fleet;
mod gate;
mod login;
mod memory;
mod network;
mod node;
mod process;
mod program;
mod resp;
mod server;

pub use config::DIRECT_PORT;
pub use direct::Direct;
pub use fleet::Fleet;
pub use gate::PORT;
pub use node::Node;

pub(crate) use access::{ADMINISTRATOR, Access, Account};
pub(crate) use authority::write_private;
pub(crate) use dump::empty as empty_rdb;
pub(crate) use gate::{Gate, Upstream};
pub(crate) use login::{Login, NoLogin};
pub(crate) use process::{Powers, Process};
pub(crate) use program::Program;
