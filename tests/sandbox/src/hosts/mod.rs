//! Self-managed Redis: EC2 instances on which `systemd` keeps a server running.
//!
//! The sandbox has no administrative access to these servers. Their users are those of the owner's configuration,
//! plus a user for monitoring that may run `INFO` and `PING` only.
//!
//! # Layout
//! - [`Hosts`]: every host of a sandbox
//! - [`Host`]: one Redis, which tests restart, kill, disconnect and query
//! - [`SetUp`], [`HostOptions`]: its configuration
//! - [`Sentinel`]: one Sentinel, on its own host
//! - [`Plan`], [`Estate`]: a primary with its replicas and Sentinels
//! - `files`: its configuration files and its command line
//! - `unit`: the supervisor of one server
//! - `ask`: queries a server directly

mod ask;
mod files;
mod host;
mod options;
mod provision;
mod sentinel;
#[cfg(test)]
mod tests;
mod unit;

use std::{
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use anyhow::{Context, ensure};
use secrecy::SecretString;

use crate::{
    chance,
    redis::{DIRECT_PORT, Fleet, Gate, PORT, Powers, Upstream},
};

pub use host::Host;
pub use options::{HostOptions, SentinelOptions, SetUp};
pub use provision::{Estate, Plan};
pub use sentinel::{SENTINEL_PORT, Sentinel};

use files::{Arguments, Files};
use sentinel::SENTINEL_DIRECT_PORT;
use unit::Unit;

/// Every host of one sandbox.
#[derive(Debug)]
pub struct Hosts {
    home: PathBuf,
    fleet: Arc<Fleet>,
    /// The password of the user for monitoring. The owner's clients do not have it.
    monitor: SecretString,
    powers: Powers,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    hosts: Vec<Arc<Host>>,
    sentinels: Vec<Arc<Sentinel>>,
    stopped: bool,
}

impl Hosts {
    /// Creates an empty set of hosts. Their files are written under `home`.
    pub(crate) fn new(home: &Path, fleet: Arc<Fleet>) -> anyhow::Result<Self> {
        let home = home.join("hosts");
        std::fs::create_dir_all(&home)?;
        let is_root = std::fs::metadata(&home)?.uid() == 0;
        let powers = if is_root { Powers::AsTheFilesSay } else { Powers::Inherited };
        let monitor = SecretString::from(chance::uuid().simple().to_string());
        Ok(Self { home, fleet, monitor, powers, state: Mutex::default() })
    }

    /// Creates a host, starts its Redis, and waits until it is ready. A replica is then in sync.
    ///
    /// # Errors
    /// No address is free, or the server does not start.
    pub async fn create(&self, options: HostOptions) -> anyhow::Result<Arc<Host>> {
        let (address, folder) = self.place()?;
        let replica_of = options.replica_of;
        let files = Files::write(&folder, address, options, &self.monitor)?;
        let gate = self.gate((address, PORT).into(), DIRECT_PORT).await?;
        let unit = Unit::start(self.fleet.program(), self.powers, files.arguments()).await?;
        let host =
            Arc::new(Host { address, fleet: self.fleet.clone(), files, monitor: self.monitor.clone(), gate, unit });
        self.keep(|state| state.hosts.push(host.clone()))?;
        host.ready().await?;
        if replica_of.is_some() {
            host.in_sync().await?;
        }
        Ok(host)
    }

    /// Creates a host with a Sentinel, and waits until the Sentinel has reached its primary.
    ///
    /// # Errors
    /// No address is free, the Sentinel does not start, or it cannot log in to its primary.
    pub async fn create_sentinel(&self, options: SentinelOptions) -> anyhow::Result<Arc<Sentinel>> {
        let (address, folder) = self.place()?;
        let config = sentinel::write_config(&folder, address, &options)?;
        let gate = self.gate((address, SENTINEL_PORT).into(), SENTINEL_DIRECT_PORT).await?;
        let arguments = Arguments(vec![config.clone().into_os_string(), "--sentinel".into()]);
        let unit = Unit::start(self.fleet.program(), self.powers, arguments).await?;
        let master_name = options.master_name;
        let sentinel = Arc::new(Sentinel { address, master_name, config, fleet: self.fleet.clone(), gate, unit });
        self.keep(|state| state.sentinels.push(sentinel.clone()))?;
        sentinel.ready().await?;
        Ok(sentinel)
    }

    /// The host at this address.
    pub fn host(&self, address: Ipv4Addr) -> Option<Arc<Host>> {
        self.state().hosts.iter().find(|host| host.address == address).cloned()
    }

    /// The Sentinel at this address.
    pub fn sentinel(&self, address: Ipv4Addr) -> Option<Arc<Sentinel>> {
        self.state().sentinels.iter().find(|sentinel| sentinel.address == address).cloned()
    }

    /// Stops every process and waits for it. No process can be started afterwards.
    pub(crate) async fn stop(&self) {
        let (hosts, sentinels) = {
            let mut state = self.state();
            state.stopped = true;
            (std::mem::take(&mut state.hosts), std::mem::take(&mut state.sentinels))
        };
        for sentinel in sentinels {
            sentinel.end().await;
        }
        for host in hosts {
            host.end().await;
        }
    }

    /// A free address, and a folder for it.
    fn place(&self) -> anyhow::Result<(Ipv4Addr, PathBuf)> {
        let address = self.fleet.take_address().context("no address is free for another host")?;
        let folder = self.home.join(address.to_string());
        std::fs::create_dir_all(&folder)?;
        Ok((address, folder))
    }

    /// Opens a gate to the server on the same host. It listens until the host is stopped.
    async fn gate(&self, address: SocketAddr, direct_port: u16) -> anyhow::Result<Arc<Gate>> {
        let gate = self.fleet.open_gate(address).await?;
        let upstream = Arc::new(Upstream::new((address.ip(), direct_port).into()));
        upstream.set_open(true);
        gate.lead_to(vec![upstream], Vec::new());
        Ok(gate)
    }

    fn keep(&self, add: impl FnOnce(&mut State)) -> anyhow::Result<()> {
        let mut state = self.state();
        ensure!(!state.stopped, "the sandbox is stopped");
        add(&mut state);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}
