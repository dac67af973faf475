//! A client: it connects, sends requests, reconnects, and gives up only when a client library would.

use std::{sync::Arc, time::Duration};

use redis::{aio::MultiplexedConnection, cmd};
use tokio::time::{Instant, sleep};

use super::{
    Kind,
    account::{Account, Token},
    command_error::CommandError,
    login::login,
    request::Request,
    stats::Counters,
    topology::Address,
};

/// How long a request is retried after transient errors: longer than a failover takes in the sandbox.
const PATIENCE: Duration = Duration::from_secs(8);
/// The first pause before a retry; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
/// The longest pause before a retry.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// What a client connects to.
#[derive(Clone, Debug)]
pub(crate) enum Destination {
    /// This node, whatever its role; in cluster mode with `READONLY`.
    Node { cluster: bool },
    /// The node that the primary endpoint currently points to.
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
    pub(crate) destination: Destination,
    /// The node that it connects to next.
    pub(crate) at: Address,
    pub(crate) token: Token,
    pub(crate) connection: Option<Open>,
    /// After how many commands it reconnects.
    pub(crate) commands_per_connection: u64,
    /// How often it reconnected since its last restart.
    pub(crate) reconnects: u64,
    /// Whether it was ever connected.
    pub(crate) connected_before: bool,
}

/// A connection in use.
#[derive(Debug)]
pub(crate) struct Open {
    link: MultiplexedConnection,
    commands_left: u64,
}

impl Client {
    /// Restarts the client, as a deployment does: it reads AWSCURRENT again.
    pub(crate) async fn restart(&mut self) {
        // Secrets Manager is never down here. If a read fails, the client keeps its token, and its failures are counted.
        if let Ok(token) = self.account.current().await {
            self.token = token;
        }
        self.connection = None;
        self.reconnects = 0;
        self.counters.restarted();
    }

    /// Sends a request, with retries, and counts whether it succeeded or failed.
    pub(crate) async fn serve(&mut self, request: &Request) {
        match self.ask(request).await {
            Ok(()) => self.counters.answered(self.kind, request.commands()),
            Err(error) => {
                self.connection = None;
                self.counters.failed(self.kind, self.at.to_string(), error.reason());
            }
        }
    }

    /// Sends a request, retries transient errors, and reads the secret again once if its kind does that.
    pub(crate) async fn ask(&mut self, request: &Request) -> Result<(), CommandError> {
        let give_up = Instant::now() + PATIENCE;
        let (mut reread, mut pause, mut retried) = (false, FIRST_PAUSE, false);
        loop {
            let error = match self.attempt(request).await {
                Ok(()) => {
                    if retried {
                        self.counters.recovered();
                    }
                    return Ok(());
                }
                Err(error) => error,
            };
            self.connection = None;
            match error {
                CommandError::Refused(_) => {
                    self.counters.refused(self.kind);
                    if self.kind == Kind::StartOnly || reread {
                        return Err(error);
                    }
                    reread = true;
                    let read = self.account.current().await;
                    self.token =
                        read.map_err(|_| CommandError::Permanent("the secret could not be read again".to_owned()))?;
                    continue;
                }
                CommandError::Permanent(_) => return Err(error),
                CommandError::Moved(_) | CommandError::Transient(_) if Instant::now() >= give_up => return Err(error),
                // A node names another one by host and port only.
                CommandError::Moved(address) => self.at = Address { tls: self.at.tls, ..address },
                CommandError::Transient(_) => self.pick_another_node().await,
            }
            retried = true;
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Sends a request once, on the open connection or a new one.
    async fn attempt(&mut self, request: &Request) -> Result<(), CommandError> {
        if self.connection.as_ref().is_none_or(|open| open.commands_left == 0) {
            let link = self.connect().await?;
            self.connection = Some(Open { link, commands_left: self.commands_per_connection });
        }
        let open = self.connection.as_mut().expect("it was opened just now");
        open.commands_left = open.commands_left.saturating_sub(request.commands());
        request.ask(&mut open.link).await
    }

    async fn connect(&mut self) -> Result<MultiplexedConnection, CommandError> {
        // Close the old connection first, as a pool of one connection does.
        if self.connection.take().is_some() {
            self.reconnects += 1;
        }
        if self.connected_before {
            self.counters.reconnected();
        }
        let mut link = login(&self.at, &self.authority, &self.token).await?;
        if let Destination::Node { cluster: true } = self.destination {
            // Without it, a replica in cluster mode answers every read with MOVED.
            // https://redis.io/docs/latest/commands/readonly/
            cmd("READONLY").query_async::<()>(&mut link).await.map_err(|error| CommandError::of_command(&error))?;
        }
        self.connected_before = true;
        Ok(link)
    }

    /// Picks another node if the destination is not a single one, as DNS does for an endpoint and a cluster client for a shard.
    async fn pick_another_node(&mut self) {
        match &self.destination {
            Destination::Node { .. } => {}
            Destination::PrimaryEndpoint => {
                if let Ok(Some(primary)) = self.account.topology().await.map(|topology| topology.primary) {
                    self.at = primary;
                }
            }
            Destination::ShardPrimary { nodes } => {
                let next = nodes.iter().position(|node| *node == self.at).map_or(0, |at| (at + 1) % nodes.len());
                self.at = nodes[next].clone();
            }
        }
    }
}
