//! The watcher: the credential in AWSCURRENT must log in to every node at any time.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::join_all;
use jiff::Timestamp;
use redis::cmd;
use sandbox::{
    redis::{DIRECT_PORT, Direct},
    upstash::Database,
};
use serde::Serialize;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::{
    LoadTarget,
    account::{Account, Token},
    command_error::CommandError,
    login::login,
    topology::Address,
};
use crate::Site;

/// How long a login may take before the node counts as unreachable.
const LOGIN_WITHIN: Duration = Duration::from_secs(3);
/// How many violations are recorded in detail; all are counted.
const KEPT_VIOLATIONS: usize = 100;
/// How many logins must have been answered before a watcher's counts prove anything.
pub const ENOUGH_LOGINS: u64 = 21;
/// How long a watcher may take for [`ENOUGH_LOGINS`]: the machine may be busy with other tests.
const ENOUGH_WITHIN: Duration = Duration::from_secs(60);

/// What a watcher probes, and how often.
#[derive(Clone, Debug)]
pub struct WatcherOptions {
    /// The time between two probes.
    pub every: Duration,
    /// Nodes to log in to directly, past the gates that inject faults; `None` for the nodes that AWS describes.
    pub direct: Option<Vec<Direct>>,
}

impl Default for WatcherOptions {
    fn default() -> Self {
        Self { every: Duration::from_millis(100), direct: None }
    }
}

/// A refused login with a credential that was in AWSCURRENT before and after.
#[derive(Clone, Debug, Serialize)]
pub struct Violation {
    /// When the login was refused.
    pub at: Timestamp,
    /// The node.
    pub node: String,
    /// The version of the secret.
    pub version_id: String,
    /// The error code.
    pub reason: String,
}

/// The counts of a watcher.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WatcherReport {
    /// Successful logins.
    pub logins: u64,
    /// Logins that got no answer because the node was unreachable.
    pub unreachable: u64,
    /// Refused logins with a credential that was in AWSCURRENT before and after.
    pub refused: u64,
    /// Probes without a login because AWS did not answer.
    pub blind: u64,
    /// The first refused logins.
    pub violations: Vec<Violation>,
}

impl WatcherReport {
    /// Whether at least [`ENOUGH_LOGINS`] logins succeeded or were refused.
    pub fn has_enough_logins(&self) -> bool {
        self.logins + self.refused >= ENOUGH_LOGINS
    }
}

/// A running watcher. Call [`Watcher::stop`] to end it.
#[derive(Debug)]
pub struct Watcher {
    report: Arc<Mutex<WatcherReport>>,
    stop: watch::Sender<bool>,
    probing: JoinHandle<()>,
}

impl Watcher {
    /// Starts to probe the nodes.
    ///
    /// # Errors
    /// The secret or the nodes cannot be read.
    pub async fn start(target: LoadTarget, options: WatcherOptions) -> anyhow::Result<Self> {
        let account = Account::open(&target);
        account.current().await?;
        let endpoints = endpoints(&account, &target.site, &options).await?;
        let (every, report) = (options.every, Arc::new(Mutex::new(WatcherReport::default())));
        let (stop, mut stopped) = watch::channel(false);
        let LoadTarget { site, authority_pem: authority, .. } = target;
        let mut probe = Probe { account, site, authority, endpoints, options, report: report.clone() };
        let probing = tokio::spawn(async move {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => probe.once().await,
                    _ = stopped.changed() => return,
                }
            }
        });
        Ok(Self { report, stop, probing })
    }

    /// Returns the counts so far.
    pub fn report(&self) -> WatcherReport {
        lock(&self.report).clone()
    }

    /// Waits for [`ENOUGH_LOGINS`], at most a minute, then stops the watcher and returns its counts.
    ///
    /// On a busy machine, what it watches may end before the watcher has logged in often.
    pub async fn stop_after_enough_logins(self) -> WatcherReport {
        let enough = async {
            while !self.report().has_enough_logins() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        // The report says whether it was enough.
        let _ = timeout(ENOUGH_WITHIN, enough).await;
        self.stop().await
    }

    /// Stops the watcher after the current probe and returns its counts.
    pub async fn stop(self) -> WatcherReport {
        // The task receives until it ends.
        let _ = self.stop.send(true);
        if let Err(error) = self.probing.await {
            // A watcher that panicked probed nothing afterwards: that must not look like success.
            record(
                &self.report,
                Violation {
                    at: Timestamp::now(),
                    node: "none".to_owned(),
                    version_id: "none".to_owned(),
                    reason: format!("the watcher panicked: {error}"),
                },
            );
        }
        self.report.lock().expect("the lock is not poisoned").clone()
    }
}

/// What a watcher logs in to.
enum Endpoint {
    /// A node that speaks Redis.
    Node(Address),
    /// An Upstash database, asked directly: its REST API injects faults and cannot tell a watcher's requests from others.
    Database(Arc<Database>),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(address) => address.fmt(f),
            Self::Database(database) => f.write_str(&database.name),
        }
    }
}

/// What a probe needs: the secret, the endpoints and the report.
struct Probe {
    account: Account,
    site: Site,
    authority: String,
    endpoints: Vec<Endpoint>,
    options: WatcherOptions,
    report: Arc<Mutex<WatcherReport>>,
}

impl Probe {
    /// Logs in to every endpoint with the credential in AWSCURRENT.
    async fn once(&mut self) {
        let Ok(token) = self.account.current().await else {
            lock(&self.report).blind += 1;
            return;
        };
        let answers = join_all(self.endpoints.iter().map(|endpoint| self.try_login(endpoint, &token))).await;
        let mut refused = Vec::new();
        let mut all_reached = true;
        for (endpoint, answer) in self.endpoints.iter().zip(answers) {
            match answer {
                Ok(()) => lock(&self.report).logins += 1,
                Err(CommandError::Refused(reason)) => refused.push(Violation {
                    at: Timestamp::now(),
                    node: endpoint.to_string(),
                    version_id: token.version_id.clone(),
                    reason,
                }),
                Err(_) => {
                    lock(&self.report).unreachable += 1;
                    all_reached = false;
                }
            }
        }
        if !refused.is_empty() {
            self.judge(&token, refused).await;
        }
        if !all_reached {
            self.refresh_endpoints().await;
        }
    }

    /// Logs in on a new connection and sends a command.
    async fn try_login(&self, endpoint: &Endpoint, token: &Token) -> Result<(), CommandError> {
        let answer = timeout(LOGIN_WITHIN, async {
            match endpoint {
                Endpoint::Node(node) => {
                    let mut link = login(node, &self.authority, token).await?;
                    cmd("PING").query_async::<()>(&mut link).await.map_err(|error| CommandError::of_command(&error))
                }
                Endpoint::Database(database) => match database.accepts(&token.value).await {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(CommandError::Refused("WRONGPASS".to_owned())),
                    Err(error) => Err(CommandError::Transient(error.to_string())),
                },
            }
        });
        answer.await.unwrap_or_else(|_| Err(CommandError::Transient("no answer in time".to_owned())))
    }

    /// Counts refused logins only if AWSCURRENT still has that credential: it may have moved between the read and the login.
    async fn judge(&self, token: &Token, refused: Vec<Violation>) {
        match self.account.current().await {
            Ok(now) if now.equals(token) => refused.into_iter().for_each(|violation| record(&self.report, violation)),
            Ok(_) => {}
            Err(_) => lock(&self.report).blind += 1,
        }
    }

    /// Reads the nodes again: a replaced node has another address.
    async fn refresh_endpoints(&mut self) {
        if let Ok(endpoints) = endpoints(&self.account, &self.site, &self.options).await {
            self.endpoints = endpoints;
        }
    }
}

async fn endpoints(account: &Account, site: &Site, options: &WatcherOptions) -> anyhow::Result<Vec<Endpoint>> {
    if let Some(database) = site.database() {
        return Ok(vec![Endpoint::Database(database.clone())]);
    }
    let topology = account.topology().await?;
    Ok(match &options.direct {
        None => topology.nodes().cloned().map(Endpoint::Node).collect(),
        Some(nodes) => {
            let at = |node: &Direct| Address { host: node.address.to_string(), port: DIRECT_PORT, tls: node.tls };
            nodes.iter().map(at).map(Endpoint::Node).collect()
        }
    })
}

fn record(report: &Mutex<WatcherReport>, violation: Violation) {
    let mut report = lock(report);
    report.refused += 1;
    if report.violations.len() < KEPT_VIOLATIONS {
        report.violations.push(violation);
    }
}

fn lock(report: &Mutex<WatcherReport>) -> MutexGuard<'_, WatcherReport> {
    report.lock().expect("the lock is not poisoned")
}
