//! How the owner of a host has configured its Redis.

use std::net::Ipv4Addr;

use secrecy::SecretString;

/// Where a Redis keeps who may log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// In `redis.conf`: `requirepass` and `user` lines. `CONFIG REWRITE` keeps changes.
    ConfigFile,
    /// In a file of users that `redis.conf` names. `ACL SAVE` keeps changes, and `CONFIG REWRITE` those of `masterauth`.
    AclFile,
    /// On the command line, with no configuration file: nothing keeps changes.
    Neither,
}

impl SetUp {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ConfigFile, Self::AclFile, Self::Neither];
}

/// What a host is to be.
#[derive(Clone, Debug)]
pub struct HostOptions {
    /// Where it keeps who may log in.
    pub set_up: SetUp,
    /// The user that clients and replicas log in as; it may do everything.
    pub username: String,
    /// That user's password; with none, everybody gets in.
    pub password: Option<SecretString>,
    /// The host that it replicates, logging in with the same user and password.
    pub replica_of: Option<Ipv4Addr>,
}

impl HostOptions {
    /// A primary on which the user `default` has this password.
    pub fn new(set_up: SetUp, password: &SecretString) -> Self {
        Self { set_up, username: "default".to_owned(), password: Some(password.clone()), replica_of: None }
    }

    /// The same as a replica.
    pub fn replica_of(self, primary: Ipv4Addr) -> Self {
        Self { replica_of: Some(primary), ..self }
    }

    /// The same for another user; `default` gets in nowhere.
    pub fn user(self, name: &str) -> Self {
        Self { username: name.to_owned(), ..self }
    }
}

/// What a Sentinel is to watch.
#[derive(Clone, Debug)]
pub struct SentinelOptions {
    /// What it calls the primary.
    pub master_name: String,
    /// Where the primary is, on port 6379.
    pub primary: Ipv4Addr,
    /// The user that it logs in as.
    pub username: String,
    /// That user's password; with none, it does not log in.
    pub password: Option<SecretString>,
    /// How many Sentinels must find the primary down before one is promoted in its place. More than there are: never.
    pub quorum: usize,
}
