//! Keeps what applications read true, and has them move to it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `cutover`: which settings are in force, and the move to another place
//! - `login`: what the nodes say to AWSCURRENT
//! - `connection`: what clients are to connect with, by the secret and the server
//! - `verify`: a login with exactly what is about to be written
//! - `outputs`: every output of the settings, written until nothing is left to write
//! - `changes`: when what consumers read when they start was another
//! - `rollout`: consumers that were started before a change are deployed anew, one after another

mod changes;
mod connection;
mod cutover;
mod handle;
mod login;
mod outputs;
mod rollout;
mod verify;

pub use handle::handle;
