//! Secrets Manager's rotation hook: one step of one rotation of one target.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `rotation`: one step, by the kind of the target's credential
//! - `overlap`: look, decide, act, until the step is done or time is up, where two credentials are valid at once
//! - `reset`: the same for a server that picks its credential itself, and has one at a time
//! - `pending`: AWSPENDING, put or discarded
//! - `view`: what is known while it runs: the secret's side and the server's

mod handle;
mod overlap;
mod pending;
mod reset;
mod rotation;
mod view;

pub use handle::handle;
