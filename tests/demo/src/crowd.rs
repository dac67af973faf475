//! Who uses a target: its clients, and the watcher.

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
    report::{ClientsReport, Doors, WatcherVerdict},
};

/// Who uses a target.
pub(crate) enum Crowd {
    /// Clients that speak Redis, and the watcher.
    Redis {
        /// Where they connect to.
        at: Box<LoadTarget>,
        /// The clients.
        load: Load,
        /// The watcher.
        watcher: Watcher,
    },
    /// Clients of a REST API.
    Upstash {
        /// The database.
        database: Arc<Database>,
        /// The clients.
        load: upstash::Load,
    },
}

/// What there is to count about it at any moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) commands: u64,
    pub(crate) failed: u64,
    pub(crate) logins: u64,
    pub(crate) violations: u64,
}

impl Crowd {
    /// Sets the clients of a target to work.
    pub(crate) async fn of(sandbox: &Sandbox, made: &Provisioned, options: LoadOptions) -> anyhow::Result<Self> {
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
    pub(crate) fn roll(&self) {
        match self {
            Self::Redis { load, .. } => load.roll(),
            Self::Upstash { load, .. } => load.roll(),
        }
    }

    /// What they met so far.
    pub(crate) fn counts(&self) -> Counts {
        match self {
            Self::Redis { load, watcher, .. } => {
                let (stats, seen) = (load.stats(), watcher.report());
                Counts { commands: stats.commands, failed: stats.failed, logins: seen.logins, violations: seen.refused }
            }
            Self::Upstash { load, .. } => {
                let stats = load.stats();
                Counts { commands: stats.commands, failed: stats.failed, ..Counts::default() }
            }
        }
    }

    /// How many nodes let a client in with AWSCURRENT, and with what AWSPREVIOUS holds.
    pub(crate) async fn doors(&self, sandbox: &Sandbox, target: &Target, secret_arn: &str) -> anyhow::Result<Doors> {
        match self {
            Self::Redis { at, .. } => {
                let count = |answers: &[(String, bool)]| answers.iter().filter(|(_, accepted)| *accepted).count();
                let current = accepted_by(at, "AWSCURRENT").await?;
                // Where the rotation failed there is none, and the report says so.
                let previous = accepted_by(at, "AWSPREVIOUS").await.unwrap_or_default();
                Ok(Doors { nodes: current.len(), current: count(&current), previous: count(&previous) })
            }
            Self::Upstash { database, .. } => {
                let config = sandbox.sdk_config();
                let current = credential(&config, target, secret_arn, "AWSCURRENT").await?;
                let current = database.accepts(&current).await?;
                let previous = match credential(&config, target, secret_arn, "AWSPREVIOUS").await {
                    Ok(previous) => database.accepts(&previous).await?,
                    Err(_) => false,
                };
                Ok(Doors { nodes: 1, current: usize::from(current), previous: usize::from(previous) })
            }
        }
    }

    /// Ends them, and says what they met.
    pub(crate) async fn leave(self) -> (ClientsReport, Option<WatcherVerdict>) {
        match self {
            Self::Redis { load, watcher, .. } => {
                let (stats, seen) = (load.stop().await, watcher.stop().await);
                let why = |failure: &workload::load::Failure| {
                    format!("{} {:?} at {}: {}", failure.at, failure.kind, failure.node, failure.reason)
                };
                let clients = ClientsReport {
                    commands: stats.commands,
                    failed: stats.failed,
                    reconnects: stats.reconnects,
                    at_start: None,
                    gap_ms: None,
                    first_failures: stats.failures.iter().map(why).collect(),
                };
                (clients, Some(WatcherVerdict { logins: seen.logins, violations: seen.refused }))
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
