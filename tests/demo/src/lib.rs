//! The demo: every system rotated at once, under load, its consumers following, then its old credential retired, with
//! everything told.
//!
//! # Layout
//! - [`run`], [`run_showing`]: the whole demo; the second tells its progress and can be ended
//! - `systems`: which systems there are
//! - `stage`: what is on it: the targets, each with its `crowd` of clients and a watcher, and its `consumers`
//! - `consumers`: who reads its parameters when it starts, and never again: a `worker` of ECS, or a `reader`
//! - `published`: what they read
//! - `job`: one function, run until it waits for nothing
//! - `follow`: what the functions are doing, read off the journal and their invocations
//! - [`example`]: one system alone, for `sandbox serve`
//! - [`progress`]: what there is to see at any moment
//! - [`report`]: what came of it
//! - [`view`]: both as text

mod consumers;
mod crowd;
pub mod example;
mod follow;
mod job;
pub mod progress;
mod published;
mod reader;
pub mod report;
mod run;
mod stage;
mod systems;
pub mod view;
mod worker;

use std::{path::PathBuf, time::Duration};

pub use report::Report;
pub use run::{run, run_showing};

use workload::load::LoadOptions;

/// The function that rotates.
pub(crate) const ROTATE: &str = "rotate-auth";

/// The function that publishes the new credential, and has its consumers follow.
pub(crate) const SYNC: &str = "sync-connection";

/// The function that takes the old credential away.
pub(crate) const RETIRE: &str = "retire-credential";

/// What can be set about a demo.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The folder with the compiled functions.
    pub functions: PathBuf,
    /// The names of the targets to show; all of them where it is empty.
    pub only: Vec<String>,
    /// How long the load runs before the rotations begin.
    pub before: Duration,
    /// How long it runs after they have ended.
    pub after: Duration,
    /// How hard it presses on each target.
    pub load: LoadOptions,
    /// Has Secrets Manager move AWSCURRENT before any node accepts the new token: the demo must then fall short.
    pub promote_early: bool,
    /// Has the settings name one more output that is not there, once the load is at work: nothing can be published then, and
    /// the demo must fall short.
    pub missing_output: bool,
}

impl DemoOptions {
    /// A demo of about a minute.
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
