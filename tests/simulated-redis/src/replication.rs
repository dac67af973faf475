//! A replica's link to its primary.

use std::time::Duration;

use crate::{
    Address, Node, Settings,
    session::{Session, words},
};

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Primary,
    Replica(Link),
}

/// A replica's link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) primary: Address,
    /// Its connection at the primary, while the link is up.
    pub(crate) connection: Option<u64>,
}

impl Role {
    /// A replica of this primary, or a primary.
    pub(crate) fn of(primary: Option<Address>) -> Self {
        match primary {
            Some(primary) => Self::Replica(Link { primary, connection: None }),
            None => Self::Primary,
        }
    }
}

impl Node {
    /// The primary that it replicates.
    pub fn replicates(&self) -> Option<&Address> {
        match &self.role {
            Role::Primary => None,
            Role::Replica(link) => Some(&link.primary),
        }
    }

    /// Makes it a replica of this primary, or a primary, as `REPLICAOF` does. It stays what it is if it is that already.
    pub fn replicate(&mut self, primary: Option<Address>) {
        if self.replicates() == primary.as_ref() {
            return;
        }
        // Its own replicas have to synchronise anew.
        self.close_clients(|client| client.replica.is_some());
        self.role = Role::of(primary);
    }

    /// Whether it replicates and its link is up.
    pub fn is_linked(&self) -> bool {
        matches!(&self.role, Role::Replica(Link { connection: Some(_), .. }))
    }

    /// Does what a replica does all the time: notices that its link was cut, connects and logs in again, copies the data.
    ///
    /// A link that is up stays up, whatever credential would be accepted now. Call it with the node that
    /// [`Node::replicates`] names, as often as a replica may try; call [`Node::lose_primary`] if that node is unreachable.
    /// A node that replicates nobody is left as it is.
    pub fn follow(&mut self, primary: &mut Self, now: Duration) {
        primary.drop_closing();
        let Role::Replica(link) = &self.role else { return };
        let up = link.connection.is_some_and(|id| primary.clients.contains_key(&id));
        let connection = if up { link.connection } else { self.log_in_to(primary, now) };
        if connection.is_some() {
            self.data.clone_from(&primary.data);
        }
        if let Role::Replica(link) = &mut self.role {
            link.connection = connection;
        }
    }

    /// Loses the link to the primary, which is unreachable.
    pub fn lose_primary(&mut self) {
        if let Role::Replica(link) = &mut self.role {
            link.connection = None;
        }
    }

    /// Logs in as a replica does; returns the connection at the primary.
    fn log_in_to(&self, primary: &mut Self, now: Duration) -> Option<u64> {
        let session = primary.connect(self.address.clone(), now);
        let Settings { masteruser: user, masterauth: password, .. } = &self.settings;
        let login: &[&str] = match (user.as_str(), password.as_str()) {
            (_, "") => &[],
            ("", password) => &["AUTH", password],
            (user, password) => &["AUTH", user, password],
        };
        let logged_in = login.is_empty() || accepted(&session, primary, login, now);
        // A primary that does not take the address is replicated all the same.
        let Address { host, port } = &self.address;
        accepted(&session, primary, &["REPLCONF", "listening-port", &port.to_string(), "ip-address", host], now);
        if logged_in && accepted(&session, primary, &["PSYNC", "?", "-1"], now) {
            return Some(session.id());
        }
        session.close(primary);
        None
    }
}

fn accepted(session: &Session, primary: &mut Node, command: &[&str], now: Duration) -> bool {
    session.call(primary, &words(command), now).is_ok_and(|reply| !reply.is_error())
}
