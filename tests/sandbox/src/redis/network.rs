//! The loopback network that one sandbox leases for its nodes.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, TcpListener},
    sync::Mutex,
};

use anyhow::Context;

/// The port whose holder on the last address of a network holds the whole network.
const LEASE_PORT: u16 = 6378;

/// The addresses handed out; the last ones stay free for the lease.
const HOSTS: std::ops::RangeInclusive<u8> = 1..=250;

/// One network `127.77.X.0/24`, held against every other sandbox on this machine.
#[derive(Debug)]
pub(crate) struct Network {
    third: u8,
    used: Mutex<BTreeSet<u8>>,
    _lease: TcpListener,
}

impl Network {
    /// Leases the first network that nobody holds.
    pub(crate) fn lease() -> anyhow::Result<Self> {
        let free = |third: u8| Some((third, TcpListener::bind((Ipv4Addr::new(127, 77, third, 254), LEASE_PORT)).ok()?));
        let (third, lease) = (0..=255).find_map(free).context("no loopback network 127.77.X.0/24 is free")?;
        Ok(Self { third, used: Mutex::default(), _lease: lease })
    }

    /// Hands out an address that nobody uses; `None` when all are used.
    pub(crate) fn take(&self) -> Option<Ipv4Addr> {
        let mut used = self.used.lock().expect("no holder panics");
        let host = HOSTS.into_iter().find(|host| !used.contains(host))?;
        used.insert(host);
        Some(Ipv4Addr::new(127, 77, self.third, host))
    }

    /// Takes an address back.
    pub(crate) fn give_back(&self, address: Ipv4Addr) {
        self.used.lock().expect("no holder panics").remove(&address.octets()[3]);
    }

    /// Whether the address is one of this network: a node speaks from its own, a client from 127.0.0.1.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        matches!(address, IpAddr::V4(v4) if v4.octets()[..3] == [127, 77, self.third])
    }
}
