//! One client: connects, asks, reconnects, and gives up only where a client library would.

use std::{sync::Arc, time::Duration};

use redis::{aio::MultiplexedConnection, cmd};
use tokio::time::{Instant, sleep};

use super::{
    Kind,
    account::{Account, Token},
    job::Job,
    login::login,
    stats::Counters,
    topology::Address,
    trouble::Trouble,
};

/// How long a command is retried through a trouble that may heal: longer than a failover takes here.
const PATIENCE: Duration = Duration::from_secs(8);
/// The first pause before a retry; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Where a client connects to.
#[derive(Clone, Debug)]
pub(crate) enum Seat {
    /// This node, whatever its role; `READONLY` is said first in cluster mode.
    Node { cluster: bool },
    /// Whatever the primary endpoint stands for at the moment.
    PrimaryEndpoint,
    /// The primary of a shard, found by following `MOVED` from any of its nodes.
    ShardPrimary { nodes: Vec<Address> },
}

/// One client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) account: Account,
    pub(crate) authority: Arc<str>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) kind: Kind,
    pub(crate) seat: Seat,
    /// The node it connects to next.
    pub(crate) at: Address,
    pub(crate) token: Token,
    pub(crate) connection: Option<Open>,
    /// After how many commands a connection is given up.
    pub(crate) commands_per_connection: u64,
    /// How often it reconnected since its last restart.
    pub(crate) reconnects: u64,
    /// Whether it ever was connected.
    pub(crate) connected_before: bool,
}

/// A connection in use.
#[derive(Debug)]
pub(crate) struct Open {
    link: MultiplexedConnection,
    commands_left: u64,
}

impl Client {
    /// Starts afresh, as a deployment does: with the token that AWSCURRENT holds now.
    pub(crate) async fn restart(&mut self) {
        // Secrets Manager is never down here; should a read fail, the client starts with what it has, and is counted.
        if let Ok(token) = self.account.current().await {
            self.token = token;
        }
        self.connection = None;
        self.reconnects = 0;
        self.counters.restarted();
    }

    /// Asks until the answer is right, refused for good, wrong, or not to be had in time; counts which.
    pub(crate) async fn serve(&mut self, job: &Job) {
        match self.ask(job).await {
            Ok(()) => self.counters.answered(self.kind, job.commands()),
            Err(trouble) => {
                self.connection = None;
                self.counters.failed(self.kind, self.at.to_string(), trouble.reason());
            }
        }
    }

    /// Asks, with one re-read of the secret where the kind has it, and retries while a trouble may heal.
    pub(crate) async fn ask(&mut self, job: &Job) -> Result<(), Trouble> {
        let give_up = Instant::now() + PATIENCE;
        let (mut reread, mut pause, mut troubled) = (false, FIRST_PAUSE, false);
        loop {
            let trouble = match self.attempt(job).await {
                Ok(()) => {
                    if troubled {
                        self.counters.healed();
                    }
                    return Ok(());
                }
                Err(trouble) => trouble,
            };
            self.connection = None;
            match trouble {
                Trouble::Refused(_) => {
                    self.counters.refused(self.kind);
                    if self.kind == Kind::StartOnly || reread {
                        return Err(trouble);
                    }
                    reread = true;
                    let read = self.account.current().await;
                    self.token = read.map_err(|_| Trouble::Wrong("the secret could not be read again".to_owned()))?;
                    continue;
                }
                Trouble::Wrong(_) => return Err(trouble),
                Trouble::Moved(_) | Trouble::Passing(_) if Instant::now() >= give_up => return Err(trouble),
                // A node names another one by host and port only.
                Trouble::Moved(address) => self.at = Address { tls: self.at.tls, ..address },
                Trouble::Passing(_) => self.look_elsewhere().await,
            }
            troubled = true;
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Asks once, on the connection there is or on a new one.
    async fn attempt(&mut self, job: &Job) -> Result<(), Trouble> {
        if self.connection.as_ref().is_none_or(|open| open.commands_left == 0) {
            let link = self.connect().await?;
            self.connection = Some(Open { link, commands_left: self.commands_per_connection });
        }
        let open = self.connection.as_mut().expect("it was opened just now");
        open.commands_left = open.commands_left.saturating_sub(job.commands());
        job.ask(&mut open.link).await
    }

    async fn connect(&mut self) -> Result<MultiplexedConnection, Trouble> {
        // The old connection goes first, as in a pool of one.
        if self.connection.take().is_some() {
            self.reconnects += 1;
        }
        if self.connected_before {
            self.counters.reconnected();
        }
        let mut link = login(&self.at, &self.authority, &self.token).await?;
        if let Seat::Node { cluster: true } = self.seat {
            // Without it a replica in cluster mode answers every read with MOVED.
            // https://redis.io/docs/latest/commands/readonly/
            cmd("READONLY").query_async::<()>(&mut link).await.map_err(|error| Trouble::of_command(&error))?;
        }
        self.connected_before = true;
        Ok(link)
    }

    /// Finds another node to ask where the seat is not one node: what DNS does for an endpoint, and a cluster client for
    /// a shard.
    async fn look_elsewhere(&mut self) {
        match &self.seat {
            Seat::Node { .. } => {}
            Seat::PrimaryEndpoint => {
                if let Ok(Some(primary)) = self.account.topology().await.map(|topology| topology.primary) {
                    self.at = primary;
                }
            }
            Seat::ShardPrimary { nodes } => {
                let next = nodes.iter().position(|node| *node == self.at).map_or(0, |at| (at + 1) % nodes.len());
                self.at = nodes[next].clone();
            }
        }
    }
}
