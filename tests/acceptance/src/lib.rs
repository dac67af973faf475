//! What the acceptance tests share: a stage with one target on it, and questions to ask of it.
//!
//! # Layout
//! - [`Stage`]: a sandbox with one target and the compiled function
//! - [`Stage::estate`]: its hosts, where its Redis is self-hosted
//! - [`Flavour`]: which flavour of Redis is on it; [`tell`] says what is skipped
//! - [`retirement`]: the compiled `retire-credential` on a stage
//! - [`door`]: what the nodes accept, asked past the gates where faults are injected

pub mod door;
mod estate;
mod flavour;
pub mod retirement;
mod stage;

pub use flavour::{Flavour, tell};
pub use stage::{Stage, StageOptions, class, function, program, quick};
