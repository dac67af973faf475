//! One connection, as its client holds it.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::{Node, Reply, client::Protocol, commands, resp};

/// A connection to a node. It belongs to the node that opened it.
#[derive(Debug, PartialEq, Eq)]
pub struct Session {
    id: u64,
}

/// The node has closed the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl Session {
    pub(crate) fn new(id: u64) -> Self {
        Self { id }
    }

    /// Carries out one command, given as its words.
    ///
    /// # Errors
    /// The node has closed the connection: it was restarted, the user was deleted, or the client was killed.
    pub fn call(&self, node: &mut Node, words: &[Vec<u8>], now: Duration) -> Result<Reply, Closed> {
        node.drop_closing();
        if !self.is_open(node) {
            return Err(Closed);
        }
        let reply = commands::carry_out(node, self.id, words, now);
        // A client that closes itself still gets its reply.
        node.drop_closing();
        Ok(reply)
    }

    /// Refuses one command with this reply, as a node does that is busy: a transaction that the command is for is discarded.
    ///
    /// # Errors
    /// The node has closed the connection.
    pub fn refuse(&self, node: &mut Node, words: &[Vec<u8>], refusal: Reply, now: Duration) -> Result<Reply, Closed> {
        match self.is_open(node) {
            true => Ok(commands::refuse(node, self.id, words, now, refusal)),
            false => Err(Closed),
        }
    }

    /// Whether the node still has the connection.
    pub fn is_open(&self, node: &Node) -> bool {
        node.clients.contains_key(&self.id)
    }

    /// Closes the connection.
    pub fn close(self, node: &mut Node) {
        node.clients.remove(&self.id);
    }

    /// The bytes of a reply, in the protocol that the connection speaks.
    pub fn encode(&self, node: &Node, reply: &Reply) -> Bytes {
        let protocol = node.clients.get(&self.id).map_or(Protocol::Resp2, |client| client.protocol);
        let mut bytes = BytesMut::new();
        resp::write(reply, protocol, &mut bytes);
        bytes.freeze()
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

/// The words of a command.
pub(crate) fn words(command: &[&str]) -> Vec<Vec<u8>> {
    command.iter().map(|word| word.as_bytes().to_vec()).collect()
}
