//! One Sentinel, on its own host.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use secrecy::ExposeSecret;

use super::{
    ask::{ask, until},
    files::{quoted, set_writable},
    options::SentinelOptions,
    unit::Unit,
};
use crate::redis::{Fleet, Gate, PORT, write_private};

/// The port that clients connect to.
pub const SENTINEL_PORT: u16 = 26379;
/// The port that a Sentinel itself listens on.
pub(super) const SENTINEL_DIRECT_PORT: u16 = 36379;

/// The time without an answer after which a Sentinel considers a node down. This is also the interval of its pings,
/// because it is shorter than the usual second.
const DOWN_AFTER_MS: u32 = 500;

/// A Sentinel. It runs under a supervisor, and needs no password.
#[derive(Debug)]
pub struct Sentinel {
    pub(super) address: Ipv4Addr,
    pub(super) master_name: String,
    pub(super) config: PathBuf,
    pub(super) fleet: Arc<Fleet>,
    pub(super) gate: Arc<Gate>,
    pub(super) unit: Unit,
}

/// Writes the configuration file of a new Sentinel. The Sentinel rewrites it later.
pub(super) fn write_config(folder: &Path, address: Ipv4Addr, options: &SentinelOptions) -> std::io::Result<PathBuf> {
    let SentinelOptions { master_name, primary, username, password, quorum } = options;
    let folder_name = folder.display();
    let mut text = format!(
        "bind {address}\nbind-source-addr {address}\nport {SENTINEL_DIRECT_PORT}\nprotected-mode no\ndaemonize no\n\
         dir {folder_name}\nlogfile {folder_name}/sentinel.log\n\
         sentinel announce-ip {address}\nsentinel announce-port {SENTINEL_PORT}\n\
         sentinel monitor {master_name} {primary} {PORT} {quorum}\n\
         sentinel down-after-milliseconds {master_name} {DOWN_AFTER_MS}\n"
    );
    if let Some(password) = password {
        text.push_str(&format!("sentinel auth-pass {master_name} {}\n", quoted(password.expose_secret())));
        if username != "default" {
            text.push_str(&format!("sentinel auth-user {master_name} {username}\n"));
        }
    }
    let config = folder.join("sentinel.conf");
    write_private(&config, &text)?;
    Ok(config)
}

impl Sentinel {
    /// The address that clients connect to.
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// The port that clients connect to.
    pub fn port(&self) -> u16 {
        SENTINEL_PORT
    }

    /// The port of the Sentinel itself, behind the gate: connections are not counted and get no faults.
    pub fn direct_port(&self) -> u16 {
        SENTINEL_DIRECT_PORT
    }

    /// Its name for the primary.
    pub fn master_name(&self) -> &str {
        &self.master_name
    }

    /// Restarts the Sentinel, and waits until it answers. It may not have reached its primary yet.
    ///
    /// # Errors
    /// It does not start, or does not answer in time.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.unit.restart().await?;
        until("a Sentinel to answer", async || self.flags().await.is_some()).await
    }

    /// Whether it is logged in to its primary and considers it up; `false` if the Sentinel does not answer.
    pub async fn knows_master_up(&self) -> bool {
        self.flags().await.is_some_and(|flags| {
            let flags: Vec<_> = flags.split(',').collect();
            flags.contains(&"master") && !["s_down", "o_down", "disconnected"].iter().any(|bad| flags.contains(bad))
        })
    }

    /// Waits until it considers its primary up.
    ///
    /// # Errors
    /// It does not in time.
    pub async fn ready(&self) -> anyhow::Result<()> {
        until("a Sentinel to reach its primary", async || self.knows_master_up().await).await
    }

    /// Cuts its connections to the nodes. It must reconnect and log in again.
    pub fn cut_link(&self) {
        self.fleet.network().cut_off(self.address);
    }

    /// Restores them: it can connect to the nodes again.
    pub fn mend_link(&self) {
        self.fleet.network().mend(self.address);
    }

    /// The current content of `sentinel.conf`, including secrets.
    pub fn config_text(&self) -> Option<String> {
        std::fs::read_to_string(&self.config).ok()
    }

    /// Makes the Sentinel's configuration read-only. `SENTINEL SET` returns an error; its change is lost at a restart.
    ///
    /// # Errors
    /// The folder's mode cannot be changed, or the Sentinel runs as root and ignores it.
    pub fn protect_config(&self) -> anyhow::Result<()> {
        self.unit.ensure_bound_by_modes()?;
        Ok(set_writable(self.folder(), false)?)
    }

    /// Makes the Sentinel's configuration writable again.
    ///
    /// # Errors
    /// The folder's mode cannot be changed.
    pub fn release_config(&self) -> anyhow::Result<()> {
        Ok(set_writable(self.folder(), true)?)
    }

    /// Stops the Sentinel permanently and closes the gate.
    pub(super) async fn end(&self) {
        self.unit.end().await;
        self.gate.close().await;
        self.fleet.network().mend(self.address);
        // As for a host: a read-only folder cannot be removed.
        let _ = set_writable(self.folder(), true);
    }

    fn folder(&self) -> &Path {
        self.config.parent().expect("the file is in a folder")
    }

    /// The flags of its primary; `None` if the Sentinel does not answer.
    async fn flags(&self) -> Option<String> {
        let question = redis::cmd("SENTINEL").arg("MASTER").arg(&self.master_name).to_owned();
        let server = SocketAddr::from((self.address, SENTINEL_DIRECT_PORT));
        ask::<BTreeMap<String, String>>(server, None, &question).await.ok()?.remove("flags")
    }
}
