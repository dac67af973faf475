//! What the acceptance tests share: a stage with one target on it, and questions to ask of it.
//!
//! # Layout
//! - [`Stage`]: a sandbox with one target and the compiled function
//! - [`door`]: what the nodes accept, asked past the gates where faults are injected

pub mod door;
mod stage;

pub use stage::{Flavour, Stage, StageOptions, function, quick};
