//! What the acceptance tests share: a sandbox with one target, the compiled functions, and ways to inspect them.
//!
//! # Layout
//! - [`Stage`]: a sandbox with one target and the compiled `rotate-auth`
//! - [`program`]: the compiled functions
//! - [`run`]: invocations and faults; [`Outcome`]: what a run returns
//! - [`retirement`], [`connection`]: the compiled `retire-credential` and `sync-connection`
//! - [`snapshots`]: the compiled `take-snapshot` and `prune-snapshots`
//! - [`Flavour`]: the flavour of Redis on a stage; [`tell`] reports skipped tests
//! - [`Traffic`]: clients and a watcher
//! - [`Stage::estate`], [`fargate`]: hosts and Fargate tasks
//! - [`nodes`]: what the nodes accept, asked directly
//! - [`secrecy`]: checks that no credential is written
//! - [`timing`]: how long changes take

pub mod connection;
mod estate;
pub mod fargate;
mod flavour;
pub mod nodes;
mod outcome;
mod program;
pub mod retirement;
pub mod run;
pub mod secrecy;
pub mod snapshots;
mod stage;
pub mod timing;
mod traffic;

pub use flavour::{Flavour, tell};
pub use outcome::{List, Outcome, class};
pub use program::{function, program};
pub use stage::{STEPS, Stage, StageOptions};
pub use traffic::{Traffic, stop_watcher};
