//! The loopback network that one sandbox leases for its nodes.

use std::{
    collections::BTreeSet,
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, TcpListener},
    sync::Mutex,
};

use anyhow::Context;
use tokio::sync::watch;

/// The port whose holder on the last address of a network holds the whole network.
const LEASE_PORT: u16 = 6378;

/// The addresses handed out; the last ones stay free for the lease.
const HOSTS: std::ops::RangeInclusive<u8> = 1..=250;

/// One network `127.77.X.0/24`. On a machine it is leased: no other sandbox of the machine has it meanwhile.
#[derive(Debug)]
pub(crate) struct Network {
    third: u8,
    used: Mutex<BTreeSet<u8>>,
    /// Those whose connections to other nodes are cut.
    cut: watch::Sender<BTreeSet<IpAddr>>,
    _lease: Option<TcpListener>,
}

impl Network {
    /// Leases the first network that nobody holds.
    pub(crate) fn lease() -> anyhow::Result<Self> {
        let (third, lease) = first_free(|third| TcpListener::bind((Ipv4Addr::new(127, 77, third, 254), LEASE_PORT)))?;
        Ok(Self { third, used: Mutex::default(), cut: watch::Sender::default(), _lease: Some(lease) })
    }

    /// A network whose addresses are only names: nothing listens there.
    pub(crate) fn in_memory() -> Self {
        Self { third: 0, used: Mutex::default(), cut: watch::Sender::default(), _lease: None }
    }

    /// Hands out an address that nobody uses; `None` when all are used.
    pub(crate) fn take(&self) -> Option<Ipv4Addr> {
        let mut used = self.used.lock().expect("the lock is not poisoned");
        let host = HOSTS.into_iter().find(|host| !used.contains(host))?;
        used.insert(host);
        Some(Ipv4Addr::new(127, 77, self.third, host))
    }

    /// Takes an address back.
    pub(crate) fn give_back(&self, address: Ipv4Addr) {
        self.used.lock().expect("the lock is not poisoned").remove(&address.octets()[3]);
    }

    /// Whether the address is one of this network: a node speaks from its own, a client from 127.0.0.1.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        matches!(address, IpAddr::V4(v4) if v4.octets()[..3] == [127, 77, self.third])
    }

    /// Cuts the connections that this address has opened to other nodes, and lets it open none.
    pub(crate) fn cut_off(&self, address: Ipv4Addr) {
        self.cut.send_modify(|cut| {
            cut.insert(address.into());
        });
    }

    /// Takes that back.
    pub(crate) fn mend(&self, address: Ipv4Addr) {
        self.cut.send_modify(|cut| {
            cut.remove(&address.into());
        });
    }

    /// Resolves when the address is cut off, at once where it is.
    pub(crate) async fn is_cut_off(&self, address: IpAddr) {
        // The sender lives as long as `self`: this cannot fail.
        let _ = self.cut.subscribe().wait_for(|cut| cut.contains(&address)).await;
    }
}

/// The first network that can be leased, and its lease.
fn first_free<Lease>(lease: impl Fn(u8) -> io::Result<Lease>) -> anyhow::Result<(u8, Lease)> {
    let unless_in_use = |third: u8| match lease(third) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => None,
        leased => Some(leased.map(|lease| (third, lease))),
    };
    (0..=255)
        .find_map(unless_in_use)
        .context("every loopback network 127.77.X.0/24 is in use")?
        .context("an address of 127.77.0.0/16 cannot be bound; Linux allows it on its loopback interface")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_network_that_is_not_in_use_is_leased() {
        let lease = |third| if third < 7 { Err(ErrorKind::AddrInUse.into()) } else { Ok(()) };
        assert_eq!(first_free(lease).unwrap(), (7, ()));
    }

    #[test]
    fn a_machine_without_a_free_network_is_told_from_one_without_such_addresses() {
        for (kind, said) in [
            (ErrorKind::AddrInUse, "every loopback network 127.77.X.0/24 is in use"),
            (ErrorKind::AddrNotAvailable, "an address of 127.77.0.0/16 cannot be bound"),
        ] {
            let error = first_free(|_| Err::<(), _>(kind.into())).unwrap_err().to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
