//! The public addresses: forwarders in front of nodes.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

use super::{connection, network::Network};
use crate::{
    clock,
    faults::Faults,
    journal::{CallResult, Entry, Journal},
};

/// The port of every public address, but for readers of a serverless cache.
pub const PORT: u16 = 6379;

/// A node as gates see it: where its server listens, and whether anybody gets there.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    open: watch::Sender<bool>,
}

impl Upstream {
    /// A way to a server, closed at first.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, open: watch::Sender::new(false) }
    }

    /// Opens the way for new connections, or closes it and ends every connection.
    pub(crate) fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }

    /// Whether new connections get through.
    pub(crate) fn is_open(&self) -> bool {
        *self.open.borrow()
    }

    /// Resolves when the way is closed.
    pub(crate) async fn closed(&self) {
        // The sender lives as long as `self`: this cannot fail.
        let _ = self.open.subscribe().wait_for(|open| !open).await;
    }
}

/// What every gate needs to serve a connection.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    pub(crate) network: Arc<Network>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) journal: Arc<Journal>,
}

/// A public address, and the nodes that it leads to at the moment.
#[derive(Debug)]
pub(crate) struct Gate {
    shared: Arc<Shared>,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

/// Where a gate leads: to the first in turn, to the others when none of those is open.
#[derive(Debug, Default)]
struct Route {
    first: Vec<Arc<Upstream>>,
    otherwise: Vec<Arc<Upstream>>,
}

/// What the gate shares with its connections.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) address: SocketAddr,
    pub(crate) surroundings: Surroundings,
    route: Mutex<Route>,
    turn: AtomicUsize,
    /// Counts how often the connections of the moment were ended.
    ended: watch::Sender<u64>,
}

impl Gate {
    /// Listens on this address; nothing gets through before there is a route.
    pub(crate) async fn open(address: SocketAddr, surroundings: Surroundings) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let shared = Arc::new(Shared::new(listener.local_addr()?, surroundings));
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self { shared, accepting: Mutex::new(Some(accepting)) })
    }

    /// A gate in memory: it listens nowhere, and a simulation asks it where it leads.
    pub(crate) fn in_memory(address: SocketAddr, surroundings: Surroundings) -> Self {
        Self { shared: Arc::new(Shared::new(address, surroundings)), accepting: Mutex::default() }
    }

    /// The node whose turn it is, if one is open.
    pub(crate) fn next(&self) -> Option<Arc<Upstream>> {
        self.shared.next()
    }

    /// Its public address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// Records that what clients meet here has changed without a call: on nodes in memory, which a simulation watches.
    pub(crate) fn record(&self, principal: &str, operation: &str) {
        self.shared.surroundings.journal.record(Entry {
            at: clock::now(),
            principal: principal.to_owned(),
            invocation: None,
            service: "redis".to_owned(),
            operation: operation.to_owned(),
            subject: Some(self.address().ip().to_string()),
            result: CallResult::Answered,
        });
    }

    /// Leads new connections to these nodes in turn, or to the others when none of these is open; old connections
    /// stay where they are.
    pub(crate) fn lead_to(&self, first: Vec<Arc<Upstream>>, otherwise: Vec<Arc<Upstream>>) {
        *self.shared.route.lock().expect("the lock is not poisoned") = Route { first, otherwise };
    }

    /// Ends every connection of the moment.
    pub(crate) fn end_connections(&self) {
        self.shared.ended.send_modify(|count| *count += 1);
    }

    /// Stops listening, and ends every connection; the address is free when it returns.
    pub(crate) async fn close(&self) {
        self.lead_to(Vec::new(), Vec::new());
        self.end_connections();
        let accepting = self.accepting.lock().expect("the lock is not poisoned").take();
        if let Some(accepting) = accepting {
            accepting.abort();
            // Cancelled, as it was just told.
            let _ = accepting.await;
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.end_connections();
        self.accepting.lock().expect("the lock is not poisoned").iter().for_each(JoinHandle::abort);
    }
}

impl Shared {
    fn new(address: SocketAddr, surroundings: Surroundings) -> Self {
        Self { address, surroundings, route: Mutex::default(), turn: AtomicUsize::new(0), ended: watch::Sender::new(0) }
    }

    /// The node whose turn it is, among those that are open.
    pub(crate) fn next(&self) -> Option<Arc<Upstream>> {
        let route = self.route.lock().expect("the lock is not poisoned");
        let open_of = |nodes: &[Arc<Upstream>]| nodes.iter().filter(|node| node.is_open()).cloned().collect::<Vec<_>>();
        let mut open = open_of(&route.first);
        if open.is_empty() {
            open = open_of(&route.otherwise);
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let place = turn.checked_rem(open.len())?;
        Some(open.swap_remove(place))
    }

    /// The first node that the gate leads to, open or not.
    pub(crate) fn owner(&self) -> Option<Arc<Upstream>> {
        self.route.lock().expect("the lock is not poisoned").first.first().cloned()
    }

    /// A watch whose change ends a connection.
    pub(crate) fn ending(&self) -> watch::Receiver<u64> {
        self.ended.subscribe()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let accepted: Result<(TcpStream, SocketAddr), _> = listener.accept().await;
        match accepted {
            Ok((client, peer)) => {
                tokio::spawn(connection::serve(client, peer, shared.clone()));
            }
            // Out of file descriptors, or the client left already: neither ends the gate.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}
