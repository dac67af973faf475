//! Keeps the connection parameters of applications up to date, and redeploys the applications.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - [`concern`]: which events concern it, and why it leaves the others
//! - `moving`: which settings a run uses, and the move to another Redis
//! - `login`: what the nodes answer to AWSCURRENT
//! - `connection`: what clients connect with, from the secret and the server
//! - `verify`: a login with exactly what is about to be written
//! - `outputs`: every output of the settings, written until nothing is left to write
//! - `stale`: when consumers that started read something else than is published now
//! - `rollout`: consumers that started before a change are redeployed, one after another

mod concerns;
mod connection;
mod handle;
mod login;
mod moving;
mod outputs;
mod rollout;
mod stale;
mod verify;

pub use concerns::concern;
pub use handle::handle;
