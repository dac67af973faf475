//! One node: a server process, its gate and its administration.

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context;
use nix::sys::signal::Signal;
use redis::Value;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{
    access::Access,
    admin::Admin,
    config::{BUS_PORT, DIRECT_PORT},
    gate::{Gate, PORT, Upstream},
    process::Process,
    program::Program,
};

/// How long a server may take to start, to synchronise, to change its role.
const PATIENCE: Duration = Duration::from_secs(15);

/// A Redis node, with its own address. Tests break it and mend it.
#[derive(Debug)]
pub struct Node {
    pub(crate) address: Ipv4Addr,
    pub(crate) gate: Arc<Gate>,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) admin: Admin,
    pub(crate) program: Program,
    pub(crate) config: PathBuf,
    pub(crate) cluster: bool,
    pub(crate) inner: Mutex<Inner>,
}

/// What changes about a node.
#[derive(Debug, Default)]
pub(crate) struct Inner {
    process: Option<Process>,
    access: Access,
    /// Whether a test cut the node off.
    cut: bool,
    /// Whether the server is ready for clients.
    admitted: bool,
    /// Whether the node is gone for good: nothing starts it again.
    ended: bool,
}

impl Node {
    /// The address that clients connect to, on port 6379.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// The process id of the server, while there is one.
    pub async fn pid(&self) -> Option<i32> {
        self.inner.lock().await.process.as_ref().map(Process::pid)
    }

    /// Stops the server without ending it: it answers nobody until it is thawed.
    pub async fn freeze(&self) {
        self.signal(Signal::SIGSTOP).await;
    }

    /// Lets a frozen server go on.
    pub async fn thaw(&self) {
        self.signal(Signal::SIGCONT).await;
    }

    /// Kills the server with SIGKILL; nothing starts it again by itself.
    pub async fn kill(&self) {
        let mut inner = self.inner.lock().await;
        inner.admitted = false;
        self.upstream.set_open(false);
        if let Some(process) = inner.process.take() {
            process.end().await;
        }
    }

    /// Cuts the node off: its address still accepts connections, and drops them.
    pub async fn cut(&self) {
        self.inner.lock().await.cut = true;
        self.upstream.set_open(false);
    }

    /// Takes a cut back.
    pub async fn mend(&self) {
        let mut inner = self.inner.lock().await;
        inner.cut = false;
        self.upstream.set_open(inner.admitted);
    }

    async fn signal(&self, signal: Signal) {
        self.inner.lock().await.process.iter().for_each(|process| process.signal(signal));
    }

    /// Starts the server with the access of the moment; nobody but the administrator gets to it yet.
    pub(crate) async fn start(&self) -> anyhow::Result<()> {
        let mut inner = self.inner.lock().await;
        anyhow::ensure!(!inner.ended, "the node is gone");
        anyhow::ensure!(inner.process.is_none(), "the node is running");
        // A socket left by a killed server would let the first look fail slowly.
        let _ = std::fs::remove_file(&self.admin.socket);
        let process = Process::start(&self.program, &self.config).context("starting redis-server")?;
        let process = inner.process.insert(process);
        let ready = self.admin.run_within::<String>(PATIENCE, &redis::cmd("PING")).await;
        if process.has_ended() {
            anyhow::bail!("redis-server at {} ended at once: see its log beside {:?}", self.address, self.config);
        }
        ready?;
        self.admin.grant(&inner.access).await
    }

    /// Lets clients in.
    pub(crate) async fn admit(&self) {
        let mut inner = self.inner.lock().await;
        inner.admitted = inner.process.is_some();
        self.upstream.set_open(inner.admitted && !inner.cut);
    }

    /// Ends the node for good.
    pub(crate) async fn end(&self) {
        let process = {
            let mut inner = self.inner.lock().await;
            inner.ended = true;
            inner.admitted = false;
            inner.process.take()
        };
        self.upstream.set_open(false);
        self.gate.close().await;
        if let Some(process) = process {
            process.end().await;
        }
    }

    /// Gives a node that nobody else has yet the access that it will start with.
    pub(crate) fn prepare(&self, access: Access) {
        self.inner.try_lock().expect("nobody else has a new node").access = access;
    }

    /// Changes who may log in, now if the node runs, or else when it starts again.
    ///
    /// A frozen node gets the change when it thaws: it waits, as it does at AWS.
    ///
    /// # Errors
    /// Redis refuses the change; the node keeps the access that it had.
    pub(crate) async fn grant(&self, change: impl FnOnce(&mut Access)) -> anyhow::Result<()> {
        let mut inner = self.inner.lock().await;
        let before = inner.access.clone();
        change(&mut inner.access);
        loop {
            if inner.ended || inner.process.is_none() {
                return Ok(());
            }
            match self.admin.grant(&inner.access).await {
                Ok(()) => return Ok(()),
                Err(error) if refused(&error) => {
                    inner.access = before;
                    return Err(error);
                }
                Err(_) => {}
            }
            drop(inner);
            sleep(Duration::from_millis(100)).await;
            inner = self.inner.lock().await;
        }
    }

    /// Makes it a replica of another node, and waits until it is in step.
    pub(crate) async fn follow(&self, primary: &Self) -> anyhow::Result<()> {
        if self.cluster {
            let id: String = primary.admin.run(redis::cmd("CLUSTER").arg("MYID")).await?;
            self.admin.run_within::<()>(PATIENCE, redis::cmd("CLUSTER").arg("REPLICATE").arg(id)).await?;
        } else {
            let mut command = redis::cmd("REPLICAOF");
            self.admin.run::<()>(command.arg(primary.address.to_string()).arg(DIRECT_PORT)).await?;
        }
        self.in_step().await
    }

    /// Becomes a replica again after a restart; in a cluster, the cluster itself tells it to.
    pub(crate) async fn rejoin(&self, primary: &Self) -> anyhow::Result<()> {
        if self.cluster { self.in_step().await } else { self.follow(primary).await }
    }

    /// Waits until it is a replica in step with its primary.
    pub(crate) async fn in_step(&self) -> anyhow::Result<()> {
        let info = redis::cmd("INFO").arg("replication").to_owned();
        self.admin.says_within(PATIENCE, &info, &["role:slave", "master_link_status:up"]).await
    }

    /// Makes it a primary.
    pub(crate) async fn promote(&self) -> anyhow::Result<()> {
        let command = match self.cluster {
            // Not a vote: the old primary is dead, and the sandbox decides alone.
            true => redis::cmd("CLUSTER").arg("FAILOVER").arg("TAKEOVER").to_owned(),
            false => redis::cmd("REPLICAOF").arg("NO").arg("ONE").to_owned(),
        };
        self.admin.run::<()>(&command).await?;
        let info = redis::cmd("INFO").arg("replication").to_owned();
        self.admin.says_within(PATIENCE, &info, &["role:master"]).await
    }

    /// Introduces it to another node of its cluster.
    pub(crate) async fn meet(&self, other: &Self) -> anyhow::Result<()> {
        let mut command = redis::cmd("CLUSTER");
        command.arg("MEET").arg(other.address.to_string()).arg(PORT).arg(BUS_PORT);
        self.admin.run::<()>(&command).await
    }

    /// Gives it a range of hash slots.
    pub(crate) async fn own_slots(&self, (first, last): (u16, u16)) -> anyhow::Result<()> {
        self.admin.run::<()>(redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(first).arg(last)).await
    }

    /// Waits until it knows a cluster of this many nodes.
    pub(crate) async fn knows(&self, nodes: usize) -> anyhow::Result<()> {
        let info = redis::cmd("CLUSTER").arg("INFO").to_owned();
        self.admin.says_within(PATIENCE, &info, &[&format!("cluster_known_nodes:{nodes}")]).await
    }

    /// Waits until it serves clients: a cluster does not in its first two seconds.
    pub(crate) async fn serves(&self) -> anyhow::Result<()> {
        let info = redis::cmd("CLUSTER").arg("INFO").to_owned();
        self.admin.says_within(PATIENCE, &info, &["cluster_state:ok"]).await
    }

    /// Waits until it tells clients about this many nodes: it names a replica once it has heard it replicate.
    pub(crate) async fn tells_of(&self, nodes: usize) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let named = |range: &Value| range.as_sequence().map_or(0, |range| range.len().saturating_sub(2));
        loop {
            let slots: Value = self.admin.run(redis::cmd("CLUSTER").arg("SLOTS")).await?;
            if slots.as_sequence().unwrap_or_default().iter().map(named).sum::<usize>() == nodes {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "{} does not tell of {nodes} nodes", self.address);
            sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Whether the server itself said no, and would again.
fn refused(error: &anyhow::Error) -> bool {
    let code = error.downcast_ref::<redis::RedisError>().and_then(redis::RedisError::code);
    matches!(code, Some("ERR" | "EXECABORT"))
}
