//! One node: its body, its gate, and who may log in.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use bytes::Bytes;
use nix::sys::signal::Signal;
use simulated_redis::Shared;
use tokio::{sync::Mutex, time::sleep};

use super::{
    access::Access,
    body::{Body, Running},
    gate::{Gate, Upstream},
    memory::Refused,
    server::Server,
};

/// A Redis node, with its own address. Tests break it and mend it.
#[derive(Debug)]
pub struct Node {
    pub(crate) address: Ipv4Addr,
    pub(crate) gate: Arc<Gate>,
    pub(crate) upstream: Arc<Upstream>,
    pub(crate) cluster: bool,
    pub(crate) body: Body,
    pub(crate) inner: Mutex<Inner>,
}

/// What changes about a node.
#[derive(Debug, Default)]
pub(crate) struct Inner {
    running: Option<Running>,
    access: Access,
    /// The RDB that the server starts with, once.
    rdb: Option<Bytes>,
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
        self.inner.lock().await.running.as_ref().and_then(Running::pid)
    }

    /// Whether the server runs.
    pub(crate) async fn is_running(&self) -> bool {
        self.inner.lock().await.running.is_some()
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
        self.set_open(false);
        if let Some(running) = inner.running.take() {
            running.end().await;
        }
    }

    /// Cuts the node off: its address still accepts connections, and drops them.
    pub async fn cut(&self) {
        self.inner.lock().await.cut = true;
        self.set_open(false);
    }

    /// Takes a cut back.
    pub async fn mend(&self) {
        let mut inner = self.inner.lock().await;
        inner.cut = false;
        self.set_open(inner.admitted);
    }

    async fn signal(&self, signal: Signal) {
        self.inner.lock().await.running.iter().for_each(|running| running.signal(signal));
    }

    /// Starts the server with the access of the moment; nobody but the administrator gets to it yet.
    pub(crate) async fn start(&self) -> anyhow::Result<()> {
        let mut inner = self.inner.lock().await;
        anyhow::ensure!(!inner.ended, "the node is gone");
        anyhow::ensure!(inner.running.is_none(), "the node is running");
        let rdb = inner.rdb.take();
        if let Some(rdb) = &rdb {
            self.body.put_rdb(rdb)?;
        }
        let running = inner.running.insert(self.body.start()?);
        let answers = self.body.answers().await;
        if rdb.is_some() {
            self.body.remove_rdb();
        }
        anyhow::ensure!(!running.has_ended(), "redis-server at {} ended at once: see its log", self.address);
        answers?;
        self.body.grant(&inner.access).await
    }

    /// Lets clients in.
    pub(crate) async fn admit(&self) {
        let mut inner = self.inner.lock().await;
        inner.admitted = inner.running.is_some();
        self.set_open(inner.admitted && !inner.cut);
    }

    /// Ends the node for good.
    pub(crate) async fn end(&self) {
        let running = {
            let mut inner = self.inner.lock().await;
            inner.ended = true;
            inner.admitted = false;
            inner.running.take()
        };
        self.set_open(false);
        self.gate.close().await;
        if let Some(running) = running {
            running.end().await;
        }
    }

    /// Gives a node that nobody else has yet the access that it will start with.
    pub(crate) fn prepare(&self, access: Access) {
        self.inner.try_lock().expect("nobody else has a new node").access = access;
    }

    /// Gives a node that nobody else has yet the data that it will start with.
    pub(crate) fn load(&self, rdb: Bytes) {
        self.inner.try_lock().expect("nobody else has a new node").rdb = Some(rdb);
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
            if inner.ended || inner.running.is_none() {
                return Ok(());
            }
            match self.body.grant(&inner.access).await {
                Ok(()) => {
                    self.tell("Apply");
                    return Ok(());
                }
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

    /// Writes into the journal what ElastiCache did to it, if it is in memory.
    pub(crate) fn tell(&self, operation: &str) {
        if self.simulated().is_some() {
            self.gate.record("elasticache", operation);
        }
    }

    /// Makes it a replica of another node, and waits until it is in step.
    pub(crate) async fn follow(&self, primary: &Self) -> anyhow::Result<()> {
        self.body.follow(&primary.body, primary.address).await
    }

    /// Becomes a replica again after a restart; in a cluster, the cluster itself tells it to.
    pub(crate) async fn rejoin(&self, primary: &Self) -> anyhow::Result<()> {
        match &self.body {
            Body::Process(server) if self.cluster => server.in_step().await,
            _ => self.follow(primary).await,
        }
    }

    /// Makes it a primary.
    pub(crate) async fn promote(&self) -> anyhow::Result<()> {
        self.body.promote().await
    }

    /// The server of a node that is a process.
    pub(crate) fn server(&self) -> anyhow::Result<&Server> {
        match &self.body {
            Body::Process(server) => Ok(server),
            Body::Memory(_) => anyhow::bail!("the node {} is in memory", self.address),
        }
    }

    /// The simulated node, if this one is in memory.
    pub fn simulated(&self) -> Option<&Shared> {
        match &self.body {
            Body::Process(_) => None,
            Body::Memory(redis) => Some(redis),
        }
    }

    /// Lets clients in, or ends every connection.
    fn set_open(&self, open: bool) {
        self.upstream.set_open(open);
        if !open {
            self.body.end_connections();
        }
    }
}

/// Whether the server itself said no, and would again.
fn refused(error: &anyhow::Error) -> bool {
    let code = error.downcast_ref::<redis::RedisError>().and_then(redis::RedisError::code);
    error.is::<Refused>() || matches!(code, Some("ERR" | "EXECABORT"))
}
