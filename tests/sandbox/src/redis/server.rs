//! The server of a node: a `redis-server`, and its administration.

use std::{net::Ipv4Addr, path::PathBuf, time::Duration};

use anyhow::Context;
use redis::Value;
use tokio::time::{Instant, sleep};

use super::{
    admin::Admin,
    config::{BUS_PORT, DIRECT_PORT},
    gate::PORT,
    process::Process,
    program::Program,
};

/// How long a server may take to start, to synchronise, or to change its role.
const PATIENCE: Duration = Duration::from_secs(15);

/// A `redis-server` with its own address, whether it runs or not.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: Ipv4Addr,
    pub(crate) program: Program,
    pub(crate) config: PathBuf,
    pub(crate) cluster: bool,
    pub(crate) admin: Admin,
}

impl Server {
    /// Starts the process.
    pub(crate) fn start(&self) -> anyhow::Result<Process> {
        // A socket left by a killed server would let the first look fail slowly.
        let _ = std::fs::remove_file(&self.admin.socket);
        Process::start(&self.program, &self.config).context("starting redis-server")
    }

    /// The file that it loads when it starts.
    pub(crate) fn rdb(&self) -> PathBuf {
        self.config.with_file_name("dump.rdb")
    }

    /// Waits until it answers its administrator.
    pub(crate) async fn answers(&self) -> anyhow::Result<()> {
        self.admin.run_within::<String>(PATIENCE, &redis::cmd("PING")).await.map(drop)
    }

    /// Makes it a replica of another server, and waits until it is in step.
    pub(crate) async fn follow(&self, primary: &Self) -> anyhow::Result<()> {
        if self.cluster {
            let id = primary.cluster_id().await?;
            self.admin.run_within::<()>(PATIENCE, redis::cmd("CLUSTER").arg("REPLICATE").arg(id)).await?;
        } else {
            let mut command = redis::cmd("REPLICAOF");
            self.admin.run::<()>(command.arg(primary.address.to_string()).arg(DIRECT_PORT)).await?;
        }
        self.in_step().await
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

    /// Sets its configuration epoch, before it knows another server of its cluster.
    pub(crate) async fn begin_with_epoch(&self, epoch: usize) -> anyhow::Result<()> {
        self.admin.run::<()>(redis::cmd("CLUSTER").arg("SET-CONFIG-EPOCH").arg(epoch)).await
    }

    /// Introduces it to another server of its cluster.
    pub(crate) async fn meet(&self, other: &Self) -> anyhow::Result<()> {
        let mut command = redis::cmd("CLUSTER");
        command.arg("MEET").arg(other.address.to_string()).arg(PORT).arg(BUS_PORT);
        self.admin.run::<()>(&command).await
    }

    /// Its id in its cluster.
    pub(crate) async fn cluster_id(&self) -> anyhow::Result<String> {
        self.admin.run(redis::cmd("CLUSTER").arg("MYID")).await
    }

    /// Makes it forget a server that has left its cluster.
    pub(crate) async fn forget(&self, cluster_id: &str) -> anyhow::Result<()> {
        self.admin.run::<()>(redis::cmd("CLUSTER").arg("FORGET").arg(cluster_id)).await
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
