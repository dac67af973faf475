//! One connection, as its node knows it.

use std::time::Duration;

use crate::{address::Address, user::User};

/// The protocol that a connection speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// What every connection begins with.
    #[default]
    Resp2,
    /// After `HELLO 3`.
    Resp3,
}

/// The state of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: u64,
    /// Where it comes from.
    pub(crate) from: Address,
    pub(crate) opened: Duration,
    /// The user that it acts as. It is authenticated or not: the user `default` can be either.
    pub(crate) user: String,
    pub(crate) authenticated: bool,
    pub(crate) protocol: Protocol,
    pub(crate) name: String,
    pub(crate) transaction: Option<Transaction>,
    /// The address of the replica that replicates over this connection.
    pub(crate) replica: Option<Address>,
    /// Whether it is closed once its command is answered.
    pub(crate) closing: bool,
}

/// The commands after `MULTI`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transaction {
    pub(crate) queue: Vec<Vec<Vec<u8>>>,
    /// Whether a command was refused before it could be queued.
    pub(crate) refused: bool,
}

impl Client {
    pub(crate) fn new(id: u64, from: Address, default: &User, now: Duration) -> Self {
        let mut client = Self {
            id,
            from,
            opened: now,
            user: String::new(),
            authenticated: false,
            protocol: Protocol::Resp2,
            name: String::new(),
            transaction: None,
            replica: None,
            closing: false,
        };
        client.reset(default);
        client
    }

    /// Makes it like a new connection, which is logged in only if the user `default` needs no password.
    pub(crate) fn reset(&mut self, default: &User) {
        default.name.clone_into(&mut self.user);
        self.authenticated = default.enabled && default.passwordless;
        self.protocol = Protocol::Resp2;
        self.name.clear();
        self.transaction = None;
    }

    /// The line of `CLIENT INFO`, with the fields that are simulated.
    pub(crate) fn describe(&self, node: &Address, now: Duration) -> String {
        let Self { id, from, opened, name, user, protocol, .. } = self;
        let age = now.saturating_sub(*opened).as_secs();
        let protocol = if *protocol == Protocol::Resp3 { 3 } else { 2 };
        format!("id={id} addr={from} laddr={node} name={name} age={age} db=0 user={user} resp={protocol}")
    }
}
