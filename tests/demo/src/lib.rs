//! The demo: rotates, publishes and retires the credentials of all example systems at once, under load.
//!
//! # Layout
//! - [`run`], [`run_with_progress`]: the whole demo
//! - `systems`: the example systems
//! - `target`: one target of the demo, with its `traffic` and its `consumers`
//! - `traffic`: clients that read the secret, and a watcher
//! - `consumers`: clients that read their parameters only at startup: a `worker` in ECS, or a `reader`
//! - `published`: the parameters that they read
//! - `job`: runs one function until it no longer waits
//! - `activity`: what the functions are doing, from the journal and their invocations
//! - [`example`]: one system, for `sandbox serve --example`
//! - [`progress`]: the state at any moment
//! - [`report`]: the result
//! - [`view`]: both as text

mod activity;
mod consumers;
pub mod example;
mod job;
pub mod progress;
mod published;
mod reader;
pub mod report;
mod run;
mod systems;
mod target;
mod traffic;
pub mod view;
mod worker;

use std::{path::PathBuf, time::Duration};

pub use report::Report;
pub use run::{run, run_with_progress};

use workload::load::LoadOptions;

/// The function that rotates a credential.
pub(crate) const ROTATE: &str = "rotate-auth";

/// The function that publishes connection parameters and redeploys consumers.
pub(crate) const SYNC: &str = "sync-connection";

/// The function that removes the previous credential.
pub(crate) const RETIRE: &str = "retire-credential";

/// Options of a demo.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The folder with the compiled functions.
    pub functions: PathBuf,
    /// The names of the targets to show; empty for all.
    pub only: Vec<String>,
    /// How long the load runs before the rotations start.
    pub before: Duration,
    /// How long it runs after the retirements.
    pub after: Duration,
    /// The rates of the load on each target.
    pub load: LoadOptions,
    /// Makes Secrets Manager move AWSCURRENT before any node accepts the new credential, so that the demo fails.
    pub promote_early: bool,
    /// Adds an output that does not exist to the settings once the load is running, so that nothing can be published and
    /// the demo fails.
    pub missing_output: bool,
}

impl DemoOptions {
    /// Creates the options of a demo that takes about a minute.
    pub fn new(functions: PathBuf) -> Self {
        Self {
            functions,
            only: Vec::new(),
            before: Duration::from_secs(4),
            after: Duration::from_secs(5),
            load: LoadOptions { commands_per_second: 80, commands_per_connection: 12, connections_per_restart: 5 },
            promote_early: false,
            missing_output: false,
        }
    }
}
