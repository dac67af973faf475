//! One host with a Redis of its owner's.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use nix::sys::signal::Signal;
use secrecy::SecretString;

use super::{
    ask::{accepts, ask, until},
    files::{Files, MONITOR},
    unit::Unit,
};
use crate::redis::{DIRECT_PORT, Fleet, Gate, PORT};

/// A host whose Redis is kept running. Tests restart it, break it and mend it.
#[derive(Debug)]
pub struct Host {
    pub(super) address: Ipv4Addr,
    pub(super) fleet: Arc<Fleet>,
    pub(super) files: Files,
    pub(super) monitor: SecretString,
    pub(super) gate: Arc<Gate>,
    pub(super) unit: Unit,
}

impl Host {
    /// The address that clients connect to.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// The port that clients connect to.
    pub fn port(&self) -> u16 {
        PORT
    }

    /// The port past the gate, where no connection is counted and no fault injected.
    pub fn direct_port(&self) -> u16 {
        DIRECT_PORT
    }

    /// `systemctl restart redis`: ends the server in order, starts it again from its files, and waits until it answers.
    ///
    /// # Errors
    /// The server does not start, or not answer.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.unit.restart().await?;
        self.ready().await
    }

    /// Kills the server with SIGKILL; the supervisor starts it again by itself, a tenth of a second later.
    pub async fn kill(&self) {
        self.unit.kill().await;
    }

    /// How often the server has been started.
    pub async fn starts(&self) -> usize {
        self.unit.starts().await
    }

    /// Waits until the server answers and has loaded its data.
    ///
    /// # Errors
    /// It has not after a while.
    pub async fn ready(&self) -> anyhow::Result<()> {
        until("a host that answers", async || self.says("persistence", "loading:0").await).await
    }

    /// Stops the server without ending it: it answers nobody until it is thawed.
    pub async fn freeze(&self) {
        self.unit.signal(Signal::SIGSTOP).await;
    }

    /// Lets a frozen server go on.
    pub async fn thaw(&self) {
        self.unit.signal(Signal::SIGCONT).await;
    }

    /// Cuts this replica's link to its primary: it must connect, and log in, anew.
    pub fn cut_link(&self) {
        self.fleet.network().cut_off(self.address);
    }

    /// Lets this replica connect to its primary again.
    pub fn mend_link(&self) {
        self.fleet.network().mend(self.address);
    }

    /// Whether this replica is connected to its primary and in step with it; `false` where it gives no answer.
    pub async fn link_is_up(&self) -> bool {
        self.says("replication", "master_link_status:up").await
    }

    /// Waits until this replica is in step with its primary.
    ///
    /// # Errors
    /// It is not after a while.
    pub async fn in_step(&self) -> anyhow::Result<()> {
        until("a replica in step", async || self.link_is_up().await).await
    }

    /// `redis.conf` as it is now, secrets included; `None` where there is none.
    pub fn config_text(&self) -> Option<String> {
        self.files.config_text()
    }

    /// `users.acl` as it is now; `None` where there is none.
    pub fn acl_text(&self) -> Option<String> {
        self.files.acl_text()
    }

    /// Forbids the server to write its configuration: `CONFIG REWRITE` and `ACL SAVE` fail.
    ///
    /// # Errors
    /// The folder's mode cannot be changed, or would not bind the server.
    pub fn protect_config(&self) -> anyhow::Result<()> {
        self.unit.ensure_bound_by_modes()?;
        Ok(self.files.set_writable(false)?)
    }

    /// Allows it again.
    ///
    /// # Errors
    /// The folder's mode cannot be changed.
    pub fn release_config(&self) -> anyhow::Result<()> {
        Ok(self.files.set_writable(true)?)
    }

    /// Whether the server lets in whoever says this; without a user it is the password of whoever connects.
    ///
    /// # Errors
    /// It answers neither yes nor no.
    pub async fn accepts(&self, username: Option<&str>, password: &SecretString) -> anyhow::Result<bool> {
        accepts(self.server(), username, password).await
    }

    /// Ends the server for good, and closes the gate.
    pub(super) async fn end(&self) {
        self.unit.end().await;
        self.gate.close().await;
        self.fleet.network().mend(self.address);
        // A folder that nobody may write to could not be removed. Where that fails, so does the removal, which says so.
        let _ = self.files.set_writable(true);
    }

    /// Whether a section of `INFO` has this line.
    async fn says(&self, section: &str, wanted: &str) -> bool {
        let info = redis::cmd("INFO").arg(section).to_owned();
        let text = ask::<String>(self.server(), Some((MONITOR, &self.monitor)), &info).await;
        text.is_ok_and(|text| text.lines().any(|line| line == wanted))
    }

    fn server(&self) -> SocketAddr {
        (self.address, DIRECT_PORT).into()
    }
}
