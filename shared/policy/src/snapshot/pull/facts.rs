//! What a pull is decided on.

use std::{fmt, time::Duration};

use crate::snapshot::KeyspaceOf;

/// Everything that the decision depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How long the run may take from now on.
    pub time_left: Duration,
    /// Every node, in the order of the settings.
    pub nodes: Vec<Node>,
}

/// A node, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name in messages.
    pub id: String,
    /// What was seen.
    pub state: State,
}

/// What was seen of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It was logged in to, and said this of itself.
    Seen(Info),
    /// It gave no answer, for this reason.
    Unknown(String),
}

/// What a node says of itself, in `INFO`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// What server it is.
    pub server: Server,
    /// Its version.
    pub version: Version,
    /// Whether it is a node of a Redis Cluster.
    pub cluster: bool,
    /// Its role.
    pub role: Role,
    /// Whether it is reading its files, and serves nothing.
    pub loading: bool,
    /// What its child process is doing, if it has one.
    pub child: Option<&'static str>,
    /// The memory of its data, in bytes: no RDB file is much larger.
    pub data_bytes: u64,
    /// The memory that the process has, in bytes.
    pub resident_bytes: u64,
    /// The memory of the machine or of the task, in bytes, where it is known.
    pub machine_bytes: Option<u64>,
    /// Its keys.
    pub keyspace: KeyspaceOf,
}

/// A server that speaks the protocol of Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Redis.
    Redis,
    /// Valkey, which calls itself Redis 7.2 towards clients.
    Valkey,
}

impl Server {
    /// Its name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Valkey => "valkey",
        }
    }
}

/// A version, as in `8.0.2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second.
    pub minor: u32,
    /// The third.
    pub patch: u32,
}

impl Version {
    /// Reads the numbers of a version; what is missing or no number is 0.
    pub fn parse(text: &str) -> Self {
        let mut numbers = text.split(['.', '-']).map(|part| part.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Self { major: next(), minor: next(), patch: next() }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The role of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Clients write to it.
    Primary,
    /// It follows a primary.
    Replica {
        /// Whether it has all that the primary had a moment ago: its link is up, and no full synchronisation is under way.
        in_step: bool,
    },
}

impl Role {
    /// Its name, as it is recorded.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica { .. } => "replica",
        }
    }
}
