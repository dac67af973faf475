//! A host with a self-managed Redis.

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

/// A host. Its Redis runs under a supervisor; tests can restart, kill, freeze or disconnect it.
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

    /// The port of the server itself, behind the gate: connections are not counted and get no faults.
    pub fn direct_port(&self) -> u16 {
        DIRECT_PORT
    }

    /// Restarts the server as `systemctl restart redis` does, and waits until it is ready.
    ///
    /// # Errors
    /// The server does not start, or does not become ready in time.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.unit.restart().await?;
        self.ready().await
    }

    /// Kills the server with SIGKILL. The supervisor starts it again a tenth of a second later.
    pub async fn kill(&self) {
        self.unit.kill().await;
    }

    /// The number of times that the server has been started.
    pub async fn starts(&self) -> usize {
        self.unit.starts().await
    }

    /// Waits until the server answers and has loaded its data.
    ///
    /// # Errors
    /// The server is not ready in time.
    pub async fn ready(&self) -> anyhow::Result<()> {
        until("a host to be ready", async || self.says("persistence", "loading:0").await).await
    }

    /// Suspends the server with SIGSTOP: it does not answer until [`Host::thaw`].
    pub async fn freeze(&self) {
        self.unit.signal(Signal::SIGSTOP).await;
    }

    /// Resumes a frozen server.
    pub async fn thaw(&self) {
        self.unit.signal(Signal::SIGCONT).await;
    }

    /// Cuts this replica's link to its primary. To replicate again it must reconnect and log in.
    pub fn cut_link(&self) {
        self.fleet.network().cut_off(self.address);
    }

    /// Restores the link: this replica can connect to its primary again.
    pub fn mend_link(&self) {
        self.fleet.network().mend(self.address);
    }

    /// Whether this replica is in sync with its primary; `false` if it does not answer.
    pub async fn link_is_up(&self) -> bool {
        self.says("replication", "master_link_status:up").await
    }

    /// Waits until this replica is in sync with its primary.
    ///
    /// # Errors
    /// It is not in sync in time.
    pub async fn in_sync(&self) -> anyhow::Result<()> {
        until("a replica to be in sync", async || self.link_is_up().await).await
    }

    /// The current content of `redis.conf`, including secrets; `None` if there is no such file.
    pub fn config_text(&self) -> Option<String> {
        self.files.config_text()
    }

    /// The current content of `users.acl`; `None` if there is no such file.
    pub fn acl_text(&self) -> Option<String> {
        self.files.acl_text()
    }

    /// Makes the server's configuration read-only: `CONFIG REWRITE` and `ACL SAVE` fail.
    ///
    /// # Errors
    /// The folder's mode cannot be changed, or the server runs as root and ignores it.
    pub fn protect_config(&self) -> anyhow::Result<()> {
        self.unit.ensure_bound_by_modes()?;
        Ok(self.files.set_writable(false)?)
    }

    /// Makes the server's configuration writable again.
    ///
    /// # Errors
    /// The folder's mode cannot be changed.
    pub fn release_config(&self) -> anyhow::Result<()> {
        Ok(self.files.set_writable(true)?)
    }

    /// Whether the server accepts this login. Without a user name, it sends `AUTH password`.
    ///
    /// # Errors
    /// The server does not answer, or with another error than `WRONGPASS`.
    pub async fn accepts(&self, username: Option<&str>, password: &SecretString) -> anyhow::Result<bool> {
        accepts(self.server(), username, password).await
    }

    /// Stops the server permanently and closes the gate.
    pub(super) async fn end(&self) {
        self.unit.end().await;
        self.gate.close().await;
        self.fleet.network().mend(self.address);
        // A read-only folder cannot be removed. If this fails, the removal reports it.
        let _ = self.files.set_writable(true);
    }

    /// Whether a section of `INFO` contains this line.
    async fn says(&self, section: &str, wanted: &str) -> bool {
        let info = redis::cmd("INFO").arg(section).to_owned();
        let text = ask::<String>(self.server(), Some((MONITOR, &self.monitor)), &info).await;
        text.is_ok_and(|text| text.lines().any(|line| line == wanted))
    }

    fn server(&self) -> SocketAddr {
        (self.address, DIRECT_PORT).into()
    }
}
