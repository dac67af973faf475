//! What a node is made of: a `redis-server`, or a simulated node in memory.

use std::net::Ipv4Addr;

use nix::sys::signal::Signal;
use simulated_redis::Shared;

use super::{access::Access, memory, process::Process, server::Server};

/// What a node is made of.
#[derive(Debug)]
pub(crate) enum Body {
    /// A process with a socket.
    Process(Server),
    /// A state machine, which a simulation connects to. TLS, the bus of a cluster and the data of replicas are not simulated.
    Memory(Shared),
}

/// A body that runs.
#[derive(Debug)]
pub(crate) enum Running {
    Process(Process),
    Memory,
}

impl Body {
    /// Starts it. It may not answer yet.
    pub(crate) fn start(&self) -> anyhow::Result<Running> {
        Ok(match self {
            Self::Process(server) => Running::Process(server.start()?),
            // It keeps its users: clients do not meet a node of ElastiCache before it has them.
            Self::Memory(_) => Running::Memory,
        })
    }

    /// Puts an RDB where its server loads it from when it starts. A node in memory has no data to load.
    pub(crate) fn put_rdb(&self, rdb: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Process(server) => std::fs::write(server.rdb(), rdb),
            Self::Memory(_) => Ok(()),
        }
    }

    /// Removes the RDB again: a server that is restarted has lost its data.
    pub(crate) fn remove_rdb(&self) {
        if let Self::Process(server) = self {
            // The server is loaded or failed: nothing else depends on the file.
            let _ = std::fs::remove_file(server.rdb());
        }
    }

    /// Waits until it answers its administrator.
    pub(crate) async fn answers(&self) -> anyhow::Result<()> {
        match self {
            Self::Process(server) => server.answers().await,
            Self::Memory(_) => {
                memory::start().await;
                Ok(())
            }
        }
    }

    /// Gives it this access, in one step.
    pub(crate) async fn grant(&self, access: &Access) -> anyhow::Result<()> {
        match self {
            Self::Process(server) => server.admin.grant(access).await,
            Self::Memory(redis) => Ok(memory::grant(redis, access)?),
        }
    }

    /// Ends the connections that no gate ends: those to a node in memory.
    pub(crate) fn end_connections(&self) {
        match self {
            Self::Process(_) => {}
            Self::Memory(redis) => memory::lock(redis).drop_connections(),
        }
    }

    /// Makes it a replica of the node at this address, and waits until it is in step.
    pub(crate) async fn follow(&self, primary: &Self, address: Ipv4Addr) -> anyhow::Result<()> {
        match (self, primary) {
            (Self::Process(server), Self::Process(primary)) => server.follow(primary).await,
            (Self::Memory(redis), _) => {
                memory::replicate(redis, Some(address));
                Ok(())
            }
            (Self::Process(_), Self::Memory(_)) => anyhow::bail!("a process does not replicate a node in memory"),
        }
    }

    /// Makes it a primary.
    pub(crate) async fn promote(&self) -> anyhow::Result<()> {
        match self {
            Self::Process(server) => server.promote().await,
            Self::Memory(redis) => {
                memory::promotion().await;
                memory::replicate(redis, None);
                Ok(())
            }
        }
    }
}

impl Running {
    /// The process id, if it has one.
    pub(crate) fn pid(&self) -> Option<i32> {
        match self {
            Self::Process(process) => Some(process.pid()),
            Self::Memory => None,
        }
    }

    /// Sends a signal to the process, if there is one.
    pub(crate) fn signal(&self, signal: Signal) {
        match self {
            Self::Process(process) => process.signal(signal),
            Self::Memory => {}
        }
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        match self {
            Self::Process(process) => process.has_ended(),
            Self::Memory => false,
        }
    }

    /// Ends it, and waits until it is gone.
    pub(crate) async fn end(self) {
        match self {
            Self::Process(process) => process.end().await,
            Self::Memory => {}
        }
    }
}
