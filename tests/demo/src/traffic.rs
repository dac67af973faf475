//! The traffic on a target: clients that read its secret, and a watcher.

use std::sync::Arc;

use policy::Target;
use sandbox::{Sandbox, upstash::Database};
use workload::{
    Provisioned,
    load::{Load, LoadOptions, LoadTarget, Watcher, WatcherOptions, accepted_by},
    upstash,
};

use super::{
    published::credential,
    report::{ClientsReport, NodesReport, WatcherReport},
};

/// The traffic on a target.
pub(crate) enum Traffic {
    /// Redis clients, and the watcher.
    Redis {
        /// What they connect to.
        at: Box<LoadTarget>,
        /// The clients.
        load: Load,
        /// The watcher.
        watcher: Watcher,
    },
    /// Clients of an Upstash REST API.
    Upstash {
        /// The database.
        database: Arc<Database>,
        /// The clients.
        load: upstash::Load,
    },
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) commands: u64,
    pub(crate) failed: u64,
    pub(crate) logins: u64,
    pub(crate) refused: u64,
}

impl Traffic {
    /// Starts the clients of a target, and its watcher.
    pub(crate) async fn start(sandbox: &Sandbox, made: &Provisioned, options: LoadOptions) -> anyhow::Result<Self> {
        if let Some(database) = made.site.database() {
            let load = upstash::Load::start(sandbox, made).await?;
            return Ok(Self::Upstash { database: database.clone(), load });
        }
        let at = LoadTarget::of(sandbox, made);
        let load = Load::start(at.clone(), options).await?;
        let watcher = Watcher::start(at.clone(), WatcherOptions::default()).await?;
        Ok(Self::Redis { at: Box::new(at), load, watcher })
    }

    /// Restarts the clients, as a deployment does.
    pub(crate) fn restart(&self) {
        match self {
            Self::Redis { load, .. } => load.restart(),
            Self::Upstash { load, .. } => load.restart(),
        }
    }

    /// Returns the counts so far.
    pub(crate) fn counts(&self) -> Counts {
        match self {
            Self::Redis { load, watcher, .. } => {
                let (stats, seen) = (load.stats(), watcher.report());
                Counts { commands: stats.commands, failed: stats.failed, logins: seen.logins, refused: seen.refused }
            }
            Self::Upstash { load, .. } => {
                let stats = load.stats();
                Counts { commands: stats.commands, failed: stats.failed, ..Counts::default() }
            }
        }
    }

    /// Counts the nodes that accept the credential in AWSCURRENT, and the one in AWSPREVIOUS.
    pub(crate) async fn nodes_report(
        &self,
        sandbox: &Sandbox,
        target: &Target,
        secret_arn: &str,
    ) -> anyhow::Result<NodesReport> {
        match self {
            Self::Redis { at, .. } => {
                let count = |answers: &[(String, bool)]| answers.iter().filter(|(_, accepted)| *accepted).count();
                let current = accepted_by(at, "AWSCURRENT").await?;
                // A failed rotation leaves no AWSPREVIOUS, and the report says that it failed.
                let previous = accepted_by(at, "AWSPREVIOUS").await.unwrap_or_default();
                Ok(NodesReport { total: current.len(), current: count(&current), previous: count(&previous) })
            }
            Self::Upstash { database, .. } => {
                let config = sandbox.sdk_config();
                let current = credential(&config, target, secret_arn, "AWSCURRENT").await?;
                let current = database.accepts(&current).await?;
                let previous = match credential(&config, target, secret_arn, "AWSPREVIOUS").await {
                    Ok(previous) => database.accepts(&previous).await?,
                    Err(_) => false,
                };
                Ok(NodesReport { total: 1, current: usize::from(current), previous: usize::from(previous) })
            }
        }
    }

    /// Stops the clients and the watcher, and returns their counts.
    pub(crate) async fn stop(self) -> (ClientsReport, Option<WatcherReport>) {
        match self {
            Self::Redis { load, watcher, .. } => {
                let (stats, seen) = (load.stop().await, watcher.stop().await);
                let why = |failure: &workload::load::Failure| {
                    format!("a command at {} failed at {}: {}", failure.node, failure.at, failure.reason)
                };
                let clients = ClientsReport {
                    commands: stats.commands,
                    failed: stats.failed,
                    reconnects: stats.reconnects,
                    at_start: None,
                    gap_ms: None,
                    first_failures: stats.failures.iter().map(why).collect(),
                };
                (clients, Some(WatcherReport { logins: seen.logins, refused: seen.refused }))
            }
            Self::Upstash { load, .. } => {
                let stats = load.stop().await;
                let clients = ClientsReport {
                    commands: stats.commands,
                    failed: stats.failed,
                    reconnects: 0,
                    at_start: None,
                    gap_ms: Some(u64::try_from(stats.longest_gap.as_millis()).unwrap_or(u64::MAX)),
                    first_failures: Vec::new(),
                };
                (clients, None)
            }
        }
    }
}
