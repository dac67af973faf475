//! A node in memory: what the sandbox does to it, and how long that takes.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use simulated_redis::{Address, Files, Node, Shared, User, Version};
use tokio::time::sleep;

use super::{access::Access, gate::PORT};

/// From the start of a node to its first answer.
const START: Duration = Duration::from_secs(10);

/// From the failure of a primary to the promotion of a replica.
const PROMOTION: Duration = Duration::from_secs(5);

/// A rule of a user that the node refuses, as a server refuses what it does not know.
#[derive(Debug, thiserror::Error)]
#[error("the node refuses a rule: {0}")]
pub(crate) struct Refused(String);

/// A node that nobody can log in to, until it is given an access.
pub(crate) fn node(address: Ipv4Addr) -> Shared {
    let nobody = User::new("default", &["off"]).expect("the rules are legal");
    let files = Files::acl_file("", vec![nobody]);
    Arc::new(Mutex::new(Node::new(Version::Redis7, at(address), files)))
}

/// The node itself.
pub(crate) fn lock(node: &Shared) -> MutexGuard<'_, Node> {
    node.lock().expect("the lock is not poisoned")
}

/// Waits as long as a node takes to start.
pub(crate) async fn start() {
    sleep(START).await;
}

/// Waits as long as it takes to notice that a primary has failed.
pub(crate) async fn promotion() {
    sleep(PROMOTION).await;
}

/// Gives a node this access, in one step.
///
/// # Errors
/// A rule that no server knows; the node keeps the access that it had.
pub(crate) fn grant(node: &Shared, access: &Access) -> Result<(), Refused> {
    let users = access.users().map_err(Refused)?;
    lock(node).set_users(users);
    Ok(())
}

/// Makes a node a replica of the one at this address, or a primary.
pub(crate) fn replicate(node: &Shared, primary: Option<Ipv4Addr>) {
    lock(node).replicate(primary.map(at));
}

fn at(address: Ipv4Addr) -> Address {
    Address::new(&address.to_string(), PORT)
}
