//! Every process of one sandbox.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use secrecy::SecretString;

use super::{
    admin::Admin,
    authority::{Authority, Certificate, write_private},
    config::{DIRECT_PORT, Settings},
    gate::{Gate, PORT, Surroundings, Upstream},
    network::Network,
    node::{Inner, Node},
    program::Program,
};
use crate::{chance, faults::Faults, journal::Journal};

/// Every Redis process of one sandbox, with the addresses and the certificate authority they share.
#[derive(Debug)]
pub struct Fleet {
    home: PathBuf,
    program: Program,
    authority: Authority,
    surroundings: Surroundings,
    password: SecretString,
    nodes: Mutex<Vec<Arc<Node>>>,
    gates: Mutex<Vec<Weak<Gate>>>,
    stopped: AtomicBool,
}

impl Fleet {
    /// An empty fleet that keeps its files under `home`.
    ///
    /// # Errors
    /// No `redis-server` can be run, or no loopback network is free.
    pub(crate) fn new(home: &Path, faults: Arc<Faults>, journal: Arc<Journal>) -> anyhow::Result<Self> {
        let program = Program::find()?;
        let home = home.join("redis");
        std::fs::create_dir_all(&home)?;
        let authority = Authority::create(&home)?;
        let surroundings = Surroundings { network: Arc::new(Network::lease()?), faults, journal };
        // Two of them hold 244 random bits.
        let password = SecretString::from(format!("{}{}", chance::uuid().simple(), chance::uuid().simple()));
        Ok(Self {
            home,
            program,
            authority,
            surroundings,
            password,
            nodes: Mutex::default(),
            gates: Mutex::default(),
            stopped: AtomicBool::new(false),
        })
    }

    /// The certificate authority's certificate, PEM: what clients must trust.
    pub fn authority_pem(&self) -> &str {
        self.authority.pem()
    }

    /// What `redis-server --version` says.
    pub fn server_version(&self) -> &str {
        &self.program.version
    }

    /// The server program that nodes run.
    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// The node at this public address.
    pub fn node(&self, address: Ipv4Addr) -> Option<Arc<Node>> {
        self.nodes().iter().find(|node| node.address == address).cloned()
    }

    /// Hands out an address, or `None` when the network is full.
    pub(crate) fn take_address(&self) -> Option<Ipv4Addr> {
        self.surroundings.network.take()
    }

    /// Takes an address back that nothing listens on any more.
    pub(crate) fn give_back(&self, address: Ipv4Addr) {
        self.surroundings.network.give_back(address);
    }

    /// The network of every address.
    pub(crate) fn network(&self) -> &Network {
        &self.surroundings.network
    }

    /// Signs a server certificate for all these addresses.
    pub(crate) fn certificate(&self, name: &str, addresses: &[Ipv4Addr]) -> anyhow::Result<Certificate> {
        self.authority.sign(name, addresses)
    }

    /// Opens a gate that leads nowhere yet.
    pub(crate) async fn open_gate(&self, address: SocketAddr) -> anyhow::Result<Arc<Gate>> {
        let gate = Arc::new(Gate::open(address, self.surroundings.clone()).await?);
        let mut gates = self.gates.lock().expect("the lock is not poisoned");
        gates.retain(|gate| gate.strong_count() > 0);
        gates.push(Arc::downgrade(&gate));
        Ok(gate)
    }

    /// Adds a node that is not started yet.
    pub(crate) async fn add_node(
        &self,
        address: Ipv4Addr,
        certificate: Option<&Certificate>,
        cluster: bool,
    ) -> anyhow::Result<Arc<Node>> {
        let folder = self.home.join(address.to_string());
        // A node that had the address before leaves nothing behind.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let socket = folder.join("s");
        let config = folder.join("redis.conf");
        let password = &self.password;
        let settings = Settings { address, folder: &folder, socket: &socket, certificate, cluster, password };
        write_private(&config, &settings.text())?;
        let upstream = Arc::new(Upstream::new(SocketAddr::from((address, DIRECT_PORT))));
        let gate = self.open_gate((address, PORT).into()).await?;
        gate.lead_to(vec![upstream.clone()], Vec::new());
        let node = Arc::new(Node {
            address,
            gate,
            upstream,
            admin: Admin { socket, password: password.clone() },
            program: self.program.clone(),
            config,
            cluster,
            inner: tokio::sync::Mutex::new(Inner::default()),
        });
        let mut nodes = self.nodes();
        anyhow::ensure!(!self.stopped.load(Ordering::SeqCst), "the fleet is stopped");
        nodes.push(node.clone());
        Ok(node)
    }

    /// Ends one node and forgets it.
    pub(crate) async fn remove_node(&self, node: &Arc<Node>) {
        node.end().await;
        self.nodes().retain(|other| !Arc::ptr_eq(other, node));
        self.give_back(node.address);
    }

    /// Ends every process and waits for it; none is started afterwards.
    pub(crate) async fn stop(&self) {
        let nodes = {
            let mut nodes = self.nodes();
            self.stopped.store(true, Ordering::SeqCst);
            std::mem::take(&mut *nodes)
        };
        for node in nodes {
            node.end().await;
        }
        let gates = std::mem::take(&mut *self.gates.lock().expect("the lock is not poisoned"));
        for gate in gates.iter().filter_map(Weak::upgrade) {
            gate.close().await;
        }
    }

    fn nodes(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Node>>> {
        self.nodes.lock().expect("the lock is not poisoned")
    }
}
