//! Every node of one sandbox.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
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
    body::Body,
    config::{DIRECT_PORT, Settings},
    gate::{Gate, PORT, Surroundings, Upstream},
    memory,
    network::Network,
    node::{Inner, Node},
    program::Program,
    server::Server,
};
use crate::{chance, faults::Faults, journal::Journal};

/// Every node of one sandbox, with the addresses and the certificate authority that they share.
#[derive(Debug)]
pub struct Fleet {
    place: Place,
    surroundings: Surroundings,
    nodes: Mutex<Vec<Arc<Node>>>,
    gates: Mutex<Vec<Weak<Gate>>>,
    stopped: AtomicBool,
}

/// Where the nodes of a fleet are.
#[derive(Debug)]
enum Place {
    /// They are processes of this machine.
    Machine(Box<Machine>),
    /// They are in memory, without processes, sockets, files and certificates.
    Memory,
}

/// What the processes of a fleet share.
#[derive(Debug)]
struct Machine {
    home: PathBuf,
    program: Program,
    authority: Authority,
    password: SecretString,
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
        Ok(Self::at(Place::Machine(Box::new(Machine { home, program, authority, password })), surroundings))
    }

    /// An empty fleet whose nodes are in memory.
    pub(crate) fn in_memory(faults: Arc<Faults>, journal: Arc<Journal>) -> Self {
        Self::at(Place::Memory, Surroundings { network: Arc::new(Network::in_memory()), faults, journal })
    }

    fn at(place: Place, surroundings: Surroundings) -> Self {
        Self { place, surroundings, nodes: Mutex::default(), gates: Mutex::default(), stopped: AtomicBool::new(false) }
    }

    /// What the processes share.
    ///
    /// # Panics
    /// The nodes are in memory: no service that asks for a process runs there.
    fn machine(&self) -> &Machine {
        match &self.place {
            Place::Machine(machine) => machine,
            Place::Memory => panic!("a fleet in memory has no processes"),
        }
    }

    /// Whether the nodes are in memory.
    pub(crate) fn is_in_memory(&self) -> bool {
        matches!(self.place, Place::Memory)
    }

    /// The certificate authority's certificate, PEM: what clients must trust.
    pub fn authority_pem(&self) -> &str {
        self.machine().authority.pem()
    }

    /// What `redis-server --version` says.
    pub fn server_version(&self) -> &str {
        &self.machine().program.version
    }

    /// The server program that nodes run.
    pub(crate) fn program(&self) -> &Program {
        &self.machine().program
    }

    /// The node at this public address.
    pub fn node(&self, address: Ipv4Addr) -> Option<Arc<Node>> {
        self.nodes().iter().find(|node| node.address == address).cloned()
    }

    /// The address of the node that a new connection to this public address reaches, if one is open: the node with this address,
    /// or one that an endpoint leads to.
    pub fn reach(&self, address: SocketAddr) -> Option<Ipv4Addr> {
        let gates = self.gates.lock().expect("the lock is not poisoned");
        let gate = gates.iter().filter_map(Weak::upgrade).find(|gate| gate.address() == address)?;
        match gate.next()?.address.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        }
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
        self.machine().authority.sign(name, addresses)
    }

    /// Opens a gate that leads nowhere yet.
    pub(crate) async fn open_gate(&self, address: SocketAddr) -> anyhow::Result<Arc<Gate>> {
        let gate = Arc::new(match self.place {
            Place::Machine(_) => Gate::open(address, self.surroundings.clone()).await?,
            Place::Memory => Gate::in_memory(address, self.surroundings.clone()),
        });
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
        let body = match &self.place {
            Place::Machine(machine) => Body::Process(machine.server(address, certificate, cluster)?),
            Place::Memory => Body::Memory(memory::node(address)),
        };
        let upstream = Arc::new(Upstream::new(SocketAddr::from((address, DIRECT_PORT))));
        let gate = self.open_gate((address, PORT).into()).await?;
        gate.lead_to(vec![upstream.clone()], Vec::new());
        let inner = tokio::sync::Mutex::new(Inner::default());
        let node = Arc::new(Node { address, gate, upstream, cluster, body, inner });
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

impl Machine {
    /// A server that is not started yet, with its files.
    fn server(&self, address: Ipv4Addr, certificate: Option<&Certificate>, cluster: bool) -> anyhow::Result<Server> {
        let folder = self.home.join(address.to_string());
        // A node that had the address before leaves nothing behind.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        let socket = folder.join("s");
        let config = folder.join("redis.conf");
        let password = &self.password;
        let settings = Settings { address, folder: &folder, socket: &socket, certificate, cluster, password };
        write_private(&config, &settings.text())?;
        let admin = Admin { socket, password: password.clone() };
        Ok(Server { address, program: self.program.clone(), config, cluster, admin })
    }
}
