//! The watcher: whatever AWSCURRENT holds must log in, on every node, at every instant.

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
    login::login,
    topology::Address,
    trouble::Trouble,
};
use crate::Site;

/// How long one login may take before the node counts as unreachable.
const LOGIN_WITHIN: Duration = Duration::from_secs(3);
/// How many violations are kept in full; all are counted.
const KEPT_VIOLATIONS: usize = 100;

/// How a watcher looks.
#[derive(Clone, Debug)]
pub struct WatcherOptions {
    /// How often.
    pub every: Duration,
    /// The nodes, where they are not those AWS tells: past their gates, where no fault strikes.
    pub direct: Option<Vec<Direct>>,
}

impl Default for WatcherOptions {
    fn default() -> Self {
        Self { every: Duration::from_millis(100), direct: None }
    }
}

/// AWSCURRENT was refused, and was AWSCURRENT still.
#[derive(Clone, Debug, Serialize)]
pub struct Violation {
    /// When it was refused.
    pub at: Timestamp,
    /// The node.
    pub node: String,
    /// The version of the secret.
    pub version_id: String,
    /// What the node said.
    pub reason: String,
}

/// What a watcher saw so far.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WatcherReport {
    /// Logins that succeeded.
    pub logins: u64,
    /// Logins that could not be tried: the node was not to be reached.
    pub unreachable: u64,
    /// Logins that were refused although AWSCURRENT held the token before and after.
    pub refused: u64,
    /// Looks that failed because AWS did not answer.
    pub blind: u64,
    /// The first of the refused ones.
    pub violations: Vec<Violation>,
}

/// A watcher at work. [`Watcher::stop`] it.
#[derive(Debug)]
pub struct Watcher {
    report: Arc<Mutex<WatcherReport>>,
    stop: watch::Sender<bool>,
    looking: JoinHandle<()>,
}

impl Watcher {
    /// Starts to look.
    ///
    /// # Errors
    /// The secret or the nodes cannot be read.
    pub async fn start(target: LoadTarget, options: WatcherOptions) -> anyhow::Result<Self> {
        let account = Account::open(&target);
        account.current().await?;
        let doors = doors(&account, &target.site, &options).await?;
        let (every, report) = (options.every, Arc::new(Mutex::new(WatcherReport::default())));
        let (stop, mut stopped) = watch::channel(false);
        let LoadTarget { site, authority_pem: authority, .. } = target;
        let mut look = Look { account, site, authority, doors, options, report: report.clone() };
        let looking = tokio::spawn(async move {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => look.once().await,
                    _ = stopped.changed() => return,
                }
            }
        });
        Ok(Self { report, stop, looking })
    }

    /// What it saw so far.
    pub fn report(&self) -> WatcherReport {
        lock(&self.report).clone()
    }

    /// The violations so far, the first hundred of them.
    pub fn violations(&self) -> Vec<Violation> {
        lock(&self.report).violations.clone()
    }

    /// Waits until it has asked so many times, at most a minute: what it watches may be over sooner.
    pub async fn has_asked(&self, times: u64) {
        let enough = async {
            while self.report().logins + self.report().refused < times {
                sleep(Duration::from_millis(20)).await;
            }
        };
        // The report says how often it asked.
        let _ = timeout(Duration::from_secs(60), enough).await;
    }

    /// Ends it after the look it is at, and says what it saw.
    pub async fn stop(self) -> WatcherReport {
        // It listens until it ends.
        let _ = self.stop.send(true);
        if let Err(error) = self.looking.await {
            // A watcher that broke has seen nothing since: that must not look like success.
            record(
                &self.report,
                Violation {
                    at: Timestamp::now(),
                    node: "none".to_owned(),
                    version_id: "none".to_owned(),
                    reason: format!("the watcher broke: {error}"),
                },
            );
        }
        self.report.lock().expect("no holder panics").clone()
    }
}

/// Where a client gets in.
enum Door {
    /// A node that speaks Redis.
    Node(Address),
    /// A database of Upstash, asked past its REST API, where faults strike and nothing tells whose a request is.
    Database(Arc<Database>),
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(address) => address.fmt(f),
            Self::Database(database) => f.write_str(&database.name),
        }
    }
}

/// What a look needs.
struct Look {
    account: Account,
    site: Site,
    authority: String,
    doors: Vec<Door>,
    options: WatcherOptions,
    report: Arc<Mutex<WatcherReport>>,
}

impl Look {
    /// Logs in everywhere with what AWSCURRENT holds now.
    async fn once(&mut self) {
        let Ok(token) = self.account.current().await else {
            lock(&self.report).blind += 1;
            return;
        };
        let answers = join_all(self.doors.iter().map(|door| self.try_login(door, &token))).await;
        let mut refused = Vec::new();
        let mut all_reached = true;
        for (door, answer) in self.doors.iter().zip(answers) {
            match answer {
                Ok(()) => lock(&self.report).logins += 1,
                Err(Trouble::Refused(reason)) => refused.push(Violation {
                    at: Timestamp::now(),
                    node: door.to_string(),
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
            self.look_for_doors().await;
        }
    }

    /// Logs in on a fresh connection, and has the node answer.
    async fn try_login(&self, door: &Door, token: &Token) -> Result<(), Trouble> {
        let answer = timeout(LOGIN_WITHIN, async {
            match door {
                Door::Node(node) => {
                    let mut link = login(node, &self.authority, token).await?;
                    cmd("PING").query_async::<()>(&mut link).await.map_err(|error| Trouble::of_command(&error))
                }
                Door::Database(database) => match database.accepts(&token.value).await {
                    Ok(true) => Ok(()),
                    Ok(false) => Err(Trouble::Refused("WRONGPASS".to_owned())),
                    Err(error) => Err(Trouble::Passing(error.to_string())),
                },
            }
        });
        answer.await.unwrap_or_else(|_| Err(Trouble::Passing("no answer in time".to_owned())))
    }

    /// Counts refusals only if AWSCURRENT is still what was refused: between the read and the login it may have moved on.
    async fn judge(&self, token: &Token, refused: Vec<Violation>) {
        match self.account.current().await {
            Ok(now) if now.equals(token) => refused.into_iter().for_each(|violation| record(&self.report, violation)),
            Ok(_) => {}
            Err(_) => lock(&self.report).blind += 1,
        }
    }

    /// Reads the nodes anew: one that was replaced has another address.
    async fn look_for_doors(&mut self) {
        if let Ok(doors) = doors(&self.account, &self.site, &self.options).await {
            self.doors = doors;
        }
    }
}

async fn doors(account: &Account, site: &Site, options: &WatcherOptions) -> anyhow::Result<Vec<Door>> {
    if let Some(database) = site.database() {
        return Ok(vec![Door::Database(database.clone())]);
    }
    let topology = account.topology().await?;
    Ok(match &options.direct {
        None => topology.nodes().cloned().map(Door::Node).collect(),
        Some(nodes) => {
            let at = |node: &Direct| Address { host: node.address.to_string(), port: DIRECT_PORT, tls: node.tls };
            nodes.iter().map(at).map(Door::Node).collect()
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
    report.lock().expect("no holder panics")
}
