//! A server's own port.

use std::net::Ipv4Addr;

use super::DIRECT_PORT;

/// The port that a server itself listens on: connections to it meet no fault, and are not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direct {
    /// The server's address.
    pub address: Ipv4Addr,
    /// Whether it speaks TLS.
    pub tls: bool,
}

impl Direct {
    /// The URL that a client connects to.
    pub fn url(&self) -> String {
        let scheme = if self.tls { "rediss" } else { "redis" };
        format!("{scheme}://{}:{DIRECT_PORT}", self.address)
    }
}
