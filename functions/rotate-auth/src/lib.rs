//! Secrets Manager's rotation hook: one step of one rotation of one target.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `rotation`: one step, by the kind of the target's credential
//! - `overlap`: one step for a credential of which two are valid at the same time
//! - `reset`: one step for a database whose token is replaced by a reset
//! - `pending`: AWSPENDING, stored or discarded
//! - `view`: what a step knows: the secret and the server

mod handle;
mod overlap;
mod pending;
mod reset;
mod rotation;
mod view;

pub use handle::handle;
