//! The nodes of a world: its owner's hosts, those that a replication group has now, or the task that runs.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{
        Arc, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use sandbox::clock;
use simulated_redis::{Node as Redis, Shared};

use crate::{elasticache, estate::SetUp, fargate, world::World};

/// Nodes, by their names.
pub(crate) type Nodes = BTreeMap<String, Arc<Node>>;

/// A node of a world.
pub(crate) struct Node {
    /// Its name.
    pub(crate) host: String,
    pub(crate) redis: Shared,
    silent: AtomicBool,
}

impl Node {
    /// A node that answers.
    pub(crate) fn new(host: &str, redis: Shared) -> Arc<Self> {
        Arc::new(Self { host: host.to_owned(), redis, silent: AtomicBool::new(false) })
    }

    /// Whether it answers nobody.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    /// Makes it answer nobody, or answer again.
    pub(crate) fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }

    /// The node itself.
    pub(crate) fn redis(&self) -> MutexGuard<'_, Redis> {
        self.redis.lock().expect("the lock is not poisoned")
    }
}

impl World {
    /// The nodes of the moment: tasks and replicas come and go.
    pub(crate) fn nodes(&self) -> Nodes {
        let mut nodes = self.nodes.lock().expect("the lock is not poisoned");
        match self.plan.estate.set_up {
            SetUp::Fargate => fargate::refresh(self, &mut nodes),
            set_up if set_up.is_elasticache() => elasticache::refresh(&self.aws, &mut nodes),
            _ => {}
        }
        nodes.clone()
    }

    /// The node with this name.
    pub(crate) fn node(&self, host: &str) -> Option<Arc<Node>> {
        self.nodes().remove(host)
    }

    /// The node that a new connection to this place reaches, if one takes connections.
    pub(crate) fn reach(&self, host: &str, port: u16) -> Option<Arc<Node>> {
        match host.parse::<Ipv4Addr>() {
            Ok(address) => self.node(&self.aws.fleet.reach((address, port).into())?.to_string()),
            // A name is a host's, or one that leads to a task.
            Err(_) => match self.aws.cloud_map.address(host) {
                Some(address) => self.reach(&address.to_string(), port),
                None => self.node(host),
            },
        }
    }

    /// Does what a replica on a host does all the time.
    pub(crate) fn follow(&self, replica: &Node) {
        let primary = replica.redis().replicates().and_then(|primary| self.node(&primary.host));
        match primary.filter(|primary| !primary.is_silent()) {
            Some(primary) => replica.redis().follow(&mut primary.redis(), clock::now().as_duration().unsigned_abs()),
            None => replica.redis().lose_primary(),
        }
    }
}
