//! Secrets Manager's rotation hook: one step of one rotation of one target.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `rotation`: look, decide, act, until the step is done or time is up
//! - `reset`: the same for a server that picks its credential itself, and has one at a time
//! - `view`: what is known while it runs: the secret's side and the server's

mod handle;
mod reset;
mod rotation;
mod view;

pub use handle::handle;
