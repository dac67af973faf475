//! Real Redis processes on loopback addresses of their own.
//!
//! # Layout
//! - [`Fleet`]: every process of a sandbox, and what they share
//! - [`Node`]: one process behind its public address; tests break and mend it
//! - [`Direct`]: one process past its public address, where no fault strikes
//! - `gate`, `connection`: public addresses, and what a connection meets there
//! - `resp`: where a command and its reply end
//! - `network`, `authority`, `program`, `process`, `config`: what a node is made of
//! - `admin`, `access`: how the sandbox rules it, and who may log in

mod access;
mod admin;
mod authority;
mod config;
mod connection;
mod direct;
mod fleet;
mod gate;
mod network;
mod node;
mod process;
mod program;
mod resp;

pub use config::DIRECT_PORT;
pub use direct::Direct;
pub use fleet::Fleet;
pub use gate::PORT;
pub use node::Node;

pub(crate) use access::{ADMINISTRATOR, Access, Account};
pub(crate) use authority::write_private;
pub(crate) use gate::{Gate, Upstream};
pub(crate) use process::{Powers, Process};
pub(crate) use program::Program;
