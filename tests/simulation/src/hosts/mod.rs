//! The hosts of a world.

pub(crate) mod edits;

use std::{
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use sandbox::clock;
use simulated_redis::{Address, Files, Master, Node as Redis, User, Version};
use tokio::time::sleep;

use crate::{
    estate::{Estate, SetUp},
    nodes::{Node, Nodes},
    world::{FIRST, World},
};

/// The primary.
const PRIMARY: &str = "node-0";

/// A host that becomes a replica when its owner adds it.
pub(crate) const SPARE: &str = "spare";

/// A host of its own, which the target can be moved to.
pub(crate) const OTHER: &str = "other";

/// The Sentinel, and the name of the primary that it watches.
pub(crate) const SENTINEL: &str = "sentinel";
pub(crate) const MASTER: &str = "orders";

const PORT: u16 = 6379;
pub(crate) const SENTINEL_PORT: u16 = 26379;

/// How often a replica tries to connect.
const RECONNECT: Duration = Duration::from_secs(1);

/// The hosts of an estate: the first is the primary of the next ones.
pub(crate) fn create(estate: &Estate) -> Nodes {
    let redis = |host: &str, files: Files| Redis::new(Version::Redis7, Address::new(host, PORT), files);
    let mut hosts = vec![redis(PRIMARY, files(estate.set_up))];
    hosts.extend((1..estate.nodes).map(|number| redis(&format!("node-{number}"), replica(files(estate.set_up)))));
    hosts.extend([SPARE, OTHER].map(|host| redis(host, files(estate.set_up))));
    if estate.sentinel {
        let user = estate.set_up.user().to_owned();
        let master = Master { address: Address::new(PRIMARY, PORT), auth_user: user, auth_pass: FIRST.to_owned() };
        let address = Address::new(SENTINEL, SENTINEL_PORT);
        hosts.push(Redis::sentinel(Version::Redis7, address, [(MASTER.to_owned(), master)]));
    }
    let node = |redis: Redis| {
        let host = redis.address().host.clone();
        (host.clone(), Node::new(&host, Arc::new(Mutex::new(redis))))
    };
    hosts.into_iter().map(node).collect()
}

/// What a host starts with. In an ACL file, the user `app` may do everything.
fn files(set_up: SetUp) -> Files {
    match set_up {
        SetUp::AclFile => {}
        SetUp::Memory => return Files::command_line(FIRST),
        _ => return Files::config_file(FIRST),
    }
    let app = User::new("app", &["on", "~*", "&*", "+@all", &format!(">{FIRST}")]).expect("the rules are legal");
    let off = User::new("default", &["off"]).expect("the rules are legal");
    let mut files = Files::acl_file(FIRST, vec![off, app]);
    "app".clone_into(&mut files.settings.masteruser);
    files
}

fn replica(files: Files) -> Files {
    files.replica_of(Address::new(PRIMARY, PORT))
}

impl World {
    /// The hosts of the target where it is first: the primary and its replicas.
    pub(crate) fn listed(&self) -> impl Iterator<Item = String> {
        let added = self.replica_added.load(Ordering::Relaxed);
        let hosts = self.nodes().into_keys();
        hosts.filter(move |host| ![OTHER, SENTINEL].contains(&host.as_str()) && (host != SPARE || added))
    }

    /// Has every replica follow its primary.
    pub(crate) fn start_replication(self: &Arc<Self>) {
        for replica in self.nodes().into_values().filter(|node| node.redis().replicates().is_some()) {
            self.start_following(&replica);
        }
    }

    fn start_following(self: &Arc<Self>, replica: &Arc<Node>) {
        let (world, replica) = (Arc::downgrade(self), replica.clone());
        tokio::spawn(async move {
            while let Some(world) = world.upgrade() {
                world.follow(&replica);
                drop(world);
                sleep(RECONNECT).await;
            }
        });
    }

    /// Starts the spare host with a copy of the files of the primary.
    pub(crate) fn add_replica(self: &Arc<Self>) -> bool {
        let (Some(primary), Some(spare)) = (self.node(PRIMARY), self.node(SPARE)) else { return false };
        if self.replica_added.swap(true, Ordering::Relaxed) {
            return false;
        }
        let files = replica(primary.redis().files().clone());
        *spare.redis() = Redis::new(Version::Redis7, Address::new(SPARE, PORT), files);
        self.start_following(&spare);
        true
    }

    /// Which hosts of the target cannot log in to the primary: replicas, and the Sentinel.
    pub(crate) fn cut_off(&self) -> Vec<String> {
        let in_effect = self.hosts_in_effect();
        let replicates = |node: &Arc<Node>| in_effect.contains(&node.host) && node.redis().replicates().is_some();
        let mut cut_off = Vec::new();
        for replica in self.nodes().into_values().filter(replicates) {
            replica.redis().drop_connections();
            self.follow(&replica);
            if !replica.redis().is_linked() {
                cut_off.push(replica.host.clone());
            }
        }
        if let (Some(sentinel), Some(primary)) = (self.node(SENTINEL), self.node(PRIMARY))
            && !sentinel.redis().could_watch(MASTER, &mut primary.redis(), clock::now().as_duration().unsigned_abs())
        {
            cut_off.push(SENTINEL.to_owned());
        }
        cut_off
    }
}
