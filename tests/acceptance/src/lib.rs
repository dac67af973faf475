//! What the acceptance tests share: a stage with one target on it, and questions to ask of it.
//!
//! # Layout
//! - [`Stage`]: a sandbox with one target and the compiled `rotate-auth`
//! - [`run`]: the other functions on a stage, and faults; [`Outcome`]: what a run returns
//! - [`retirement`], [`connection`]: the compiled `retire-credential` and `sync-connection`
//! - [`Flavour`]: which flavour of Redis is on a stage; [`tell`] says what is skipped
//! - [`Audience`]: clients and a watcher
//! - [`Stage::estate`], [`fargate`]: hosts and tasks, where Redis runs on such
//! - [`door`]: what the nodes accept, asked past the gates where faults are injected
//! - [`secrecy`]: what must not be written anywhere
//! - [`timing`]: how long things take

mod audience;
pub mod connection;
pub mod door;
mod estate;
pub mod fargate;
mod flavour;
mod outcome;
pub mod retirement;
pub mod run;
pub mod secrecy;
mod stage;
pub mod timing;

pub use audience::Audience;
pub use flavour::{Flavour, tell};
pub use outcome::{List, Outcome};
pub use stage::{STEPS, Stage, StageOptions, class, function, program};
