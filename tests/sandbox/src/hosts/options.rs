//! The configuration of a self-managed Redis.

use std::net::Ipv4Addr;

use secrecy::SecretString;

/// Where a Redis stores its users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// In `redis.conf`, as `requirepass` and `user` lines. `CONFIG REWRITE` persists changes.
    ConfigFile,
    /// In an ACL file. `ACL SAVE` persists changes of users, and `CONFIG REWRITE` those of `masterauth`.
    AclFile,
    /// On the command line, without a configuration file. Changes cannot be persisted.
    Neither,
}

impl SetUp {
    /// Every set-up.
    pub const ALL: [Self; 3] = [Self::ConfigFile, Self::AclFile, Self::Neither];
}

/// How to create a host.
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// Where it stores its users.
    pub set_up: SetUp,
    /// The user of clients and replicas. It has full rights.
    pub username: String,
    /// The password of that user; `None` for a user without a password (`nopass`).
    pub password: Option<SecretString>,
    /// The primary that it replicates. It logs in there with the same user and password.
    pub replica_of: Option<Ipv4Addr>,
}

impl HostOptions {
    /// A primary with this password for the user `default`.
    pub fn new(set_up: SetUp, password: &SecretString) -> Self {
        Self { set_up, username: "default".to_owned(), password: Some(password.clone()), replica_of: None }
    }

    /// The same options, as a replica of this primary.
    pub fn replica_of(self, primary: Ipv4Addr) -> Self {
        Self { replica_of: Some(primary), ..self }
    }

    /// The same options, with another user. The user `default` is off.
    pub fn user(self, name: &str) -> Self {
        Self { username: name.to_owned(), ..self }
    }
}

/// How to create a Sentinel.
#[derive(Clone, Debug)]
pub struct SentinelOptions {
    /// Its name for the primary.
    pub master_name: String,
    /// The address of the primary. The port is 6379.
    pub primary: Ipv4Addr,
    /// The user as which it logs in.
    pub username: String,
    /// The password of that user; without one, it does not log in.
    pub password: Option<SecretString>,
    /// The number of Sentinels that must agree that the primary is down before a failover. If it is higher
    /// than the number of Sentinels, a failover never starts.
    pub quorum: usize,
}
