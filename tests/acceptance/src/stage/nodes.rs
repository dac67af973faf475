//! The nodes of a stage, and what they accept.

use std::net::Ipv4Addr;

use sandbox::{redis::Direct, upstash::Database};
use secrecy::SecretString;

use crate::{Stage, nodes};

impl Stage {
    /// Returns a direct connection to every node, which bypasses its gate.
    pub fn direct(&self) -> Vec<Direct> {
        self.target.site.nodes(&self.sandbox)
    }

    /// Returns the Upstash database.
    ///
    /// # Panics
    /// The flavour has none.
    pub fn database(&self) -> &Database {
        self.target.site.database().expect("the flavour is one of Upstash")
    }

    /// Returns the id of the replication group, or the name of the serverless cache.
    ///
    /// # Panics
    /// The flavour has neither.
    pub fn cache(&self) -> &str {
        self.target.site.cache()
    }

    /// Counts the nodes; an Upstash database counts as one.
    pub fn nodes(&self) -> usize {
        self.target.site.database().map_or_else(|| self.direct().len(), |_| 1)
    }

    /// Counts the nodes that accept this token, or this password of the user.
    pub async fn accepting(&self, token: &SecretString) -> usize {
        match self.target.site.database() {
            Some(database) => usize::from(database.accepts(token).await.expect("the database answers")),
            None => nodes::accepting(&self.sandbox, &self.direct(), self.target.username.as_deref(), token).await,
        }
    }

    /// Whether every node accepts this token, or this password of the user.
    pub async fn accepts(&self, token: &SecretString) -> bool {
        self.accepting(token).await == self.nodes()
    }

    /// Suspends the last node: it accepts connections and does not answer until it is thawed.
    pub async fn freeze_last_node(&self) {
        if let Some(database) = self.target.site.database() {
            return database.freeze();
        }
        let last = self.last_node();
        match (self.sandbox.hosts.host(last), self.sandbox.fleet.node(last)) {
            (Some(host), _) => host.freeze().await,
            (_, Some(node)) => node.freeze().await,
            (None, None) => self.sandbox.ecs.freeze(last),
        }
    }

    /// Resumes the last node.
    pub async fn thaw_last_node(&self) {
        if let Some(database) = self.target.site.database() {
            return database.thaw();
        }
        let last = self.last_node();
        match (self.sandbox.hosts.host(last), self.sandbox.fleet.node(last)) {
            (Some(host), _) => host.thaw().await,
            (_, Some(node)) => node.thaw().await,
            (None, None) => self.sandbox.ecs.thaw(last),
        }
    }

    fn last_node(&self) -> Ipv4Addr {
        self.direct().pop().expect("the stage has nodes").address
    }
}
