//! The demo: two systems rotated at once, under load, with everything that happens told.
//!
//! # Layout
//! - [`run`], [`run_showing`]: the whole demo; the second tells its progress and can be ended
//! - `stage`: what is on it: the targets, with load and watcher
//! - `follow`: what the function is doing, read off the journal and its invocations
//! - [`progress`]: what there is to see at any moment
//! - [`report`]: what came of it
//! - [`view`]: both as text

mod follow;
pub mod progress;
pub mod report;
mod run;
mod stage;
pub mod view;

use std::{path::PathBuf, time::Duration};

pub use report::Report;
pub use run::{run, run_showing};

use crate::load::LoadOptions;

/// The function that the demo shows.
pub(crate) const FUNCTION: &str = "rotate-auth";

/// What can be set about a demo.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// The compiled function `rotate-auth`.
    pub function: PathBuf,
    /// How long the load runs before the rotations begin.
    pub before: Duration,
    /// How long it runs after they have ended.
    pub after: Duration,
    /// How hard it presses on each target.
    pub load: LoadOptions,
    /// Has Secrets Manager move AWSCURRENT before any node accepts the new token: the demo must then fall short.
    pub promote_early: bool,
}

impl DemoOptions {
    /// A demo of some twenty seconds.
    pub fn new(function: PathBuf) -> Self {
        Self {
            function,
            before: Duration::from_secs(4),
            after: Duration::from_secs(5),
            load: LoadOptions::default(),
            promote_early: false,
        }
    }
}
