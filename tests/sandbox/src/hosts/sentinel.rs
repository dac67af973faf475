//! One Sentinel, on a host of its own.

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

/// After how much silence a Sentinel calls a node down. Its pings are a second apart at most, and this far apart here.
const DOWN_AFTER_MS: u32 = 500;

/// A Sentinel that is kept running, and that lets in whoever comes.
#[derive(Debug)]
pub struct Sentinel {
    pub(super) address: Ipv4Addr,
    pub(super) master_name: String,
    pub(super) config: PathBuf,
    pub(super) fleet: Arc<Fleet>,
    pub(super) gate: Arc<Gate>,
    pub(super) unit: Unit,
}

/// Writes the configuration file of a new Sentinel, which it rewrites by itself from then on.
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

    /// The port past the gate, where no connection is counted and no fault injected.
    pub fn direct_port(&self) -> u16 {
        SENTINEL_DIRECT_PORT
    }

    /// What it calls the primary.
    pub fn master_name(&self) -> &str {
        &self.master_name
    }

    /// Ends the Sentinel in order, starts it again from its file, and waits until it answers, whatever it knows.
    ///
    /// # Errors
    /// It does not start, or not answer.
    pub async fn restart(&self) -> anyhow::Result<()> {
        self.unit.restart().await?;
        until("a Sentinel that answers", async || self.flags().await.is_some()).await
    }

    /// Whether it is connected to its primary, logged in, and takes it for up; `false` where it gives no answer.
    pub async fn knows_master_up(&self) -> bool {
        self.flags().await.is_some_and(|flags| {
            let flags: Vec<_> = flags.split(',').collect();
            flags.contains(&"master") && !["s_down", "o_down", "disconnected"].iter().any(|bad| flags.contains(bad))
        })
    }

    /// Waits until it takes its primary for up.
    ///
    /// # Errors
    /// It does not after a while.
    pub async fn ready(&self) -> anyhow::Result<()> {
        until("a Sentinel that sees its primary", async || self.knows_master_up().await).await
    }

    /// Cuts its connections to the nodes that it watches: it must connect, and log in, anew.
    pub fn cut_link(&self) {
        self.fleet.network().cut_off(self.address);
    }

    /// Lets it connect to them again.
    pub fn mend_link(&self) {
        self.fleet.network().mend(self.address);
    }

    /// `sentinel.conf` as it is now, secrets included.
    pub fn config_text(&self) -> Option<String> {
        std::fs::read_to_string(&self.config).ok()
    }

    /// Forbids the Sentinel to write its configuration: `SENTINEL SET` says so, and holds until its next start.
    ///
    /// # Errors
    /// The folder's mode cannot be changed, or would not bind the Sentinel.
    pub fn protect_config(&self) -> anyhow::Result<()> {
        self.unit.ensure_bound_by_modes()?;
        Ok(set_writable(self.folder(), false)?)
    }

    /// Allows it again.
    ///
    /// # Errors
    /// The folder's mode cannot be changed.
    pub fn release_config(&self) -> anyhow::Result<()> {
        Ok(set_writable(self.folder(), true)?)
    }

    /// Ends the Sentinel for good, and closes the gate.
    pub(super) async fn end(&self) {
        self.unit.end().await;
        self.gate.close().await;
        self.fleet.network().mend(self.address);
        // As for a host: a folder that nobody may write to could not be removed.
        let _ = set_writable(self.folder(), true);
    }

    fn folder(&self) -> &Path {
        self.config.parent().expect("the file was put in a folder")
    }

    /// How it flags its primary, where it answers.
    async fn flags(&self) -> Option<String> {
        let question = redis::cmd("SENTINEL").arg("MASTER").arg(&self.master_name).to_owned();
        let server = SocketAddr::from((self.address, SENTINEL_DIRECT_PORT));
        ask::<BTreeMap<String, String>>(server, None, &question).await.ok()?.remove("flags")
    }
}
