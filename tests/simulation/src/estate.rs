//! The Redis under management: what it is, and how its target is set up.

use std::{fmt, time::Duration};

use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use sandbox::delivery::Copies;

/// How many shards a group in cluster mode has.
pub(crate) const SHARDS: usize = 2;

/// How much longer everything takes at ElastiCache, where a change takes minutes.
pub(crate) const SLOWER: u32 = 5;

/// The Redis under management, and its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estate {
    /// A primary, and its replicas; as many in each shard. A serverless cache has two that nobody sees.
    pub nodes: usize,
    /// What the nodes are.
    pub set_up: SetUp,
    /// Whether a Sentinel watches the primary. On hosts only.
    pub sentinel: bool,
    /// Whether the secret is a JSON object.
    pub json: bool,
    /// `retirement.overlap_s`.
    pub overlap: Duration,
    /// The timeout of the functions.
    pub timeout: Duration,
    /// How often each event is delivered.
    pub copies: Copies,
    /// What uses the credential besides an application that reads the parameter, if anything does.
    pub consumer: Option<Consumer>,
}

/// What uses the credential of a target, and is listed in its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumer {
    /// An ECS service, whose tasks read the parameter when they start.
    Service,
    /// A Lambda function, whose environment has the URL.
    Function,
}

/// What the nodes are, and what logs in to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// Hosts, with a password for the user `default` in `redis.conf`.
    ConfigFile,
    /// Hosts, with the user `app` in an ACL file.
    AclFile,
    /// Hosts that write no file: a restart brings the first password back.
    Memory,
    /// A replication group of ElastiCache, with an AUTH token.
    AuthToken,
    /// The same in cluster mode, with two shards.
    ClusterAuthToken,
    /// A replication group of ElastiCache, with the user `app`.
    GroupUser,
    /// One Fargate task, with a password for the user `default` from the secret.
    Fargate,
    /// A serverless cache of ElastiCache, with the user `app`.
    ServerlessUser,
    /// A database of Upstash, with the ACL user `app`.
    UpstashAcl,
    /// A database of Upstash whose password is reset: it accepts one token.
    UpstashReset,
}

impl SetUp {
    /// Whether the nodes are hosts.
    pub fn is_on_hosts(self) -> bool {
        matches!(self, Self::ConfigFile | Self::AclFile | Self::Memory)
    }

    /// Whether ElastiCache runs the nodes, and takes minutes to change what they accept.
    pub fn is_elasticache(self) -> bool {
        matches!(self, Self::AuthToken | Self::ClusterAuthToken | Self::GroupUser | Self::ServerlessUser)
    }

    /// Whether it is a database of Upstash.
    pub fn is_upstash(self) -> bool {
        matches!(self, Self::UpstashAcl | Self::UpstashReset)
    }

    /// Whether a user of ElastiCache logs in, and no token.
    pub(crate) fn has_users(self) -> bool {
        matches!(self, Self::GroupUser | Self::ServerlessUser)
    }
}

impl Estate {
    /// An estate with this set-up.
    pub(crate) fn draw(set_up: SetUp, rng: &mut StdRng) -> Self {
        let estate = Self {
            nodes: *[1, 1, 2, 3].choose(rng).expect("it is not empty"),
            set_up,
            sentinel: set_up.is_on_hosts() && rng.random(),
            json: rng.random(),
            overlap: Duration::from_secs(*[0, 60, 60].choose(rng).expect("it is not empty")),
            timeout: Duration::from_secs(*[20, 60, 60].choose(rng).expect("it is not empty")),
            copies: *[Copies::One, Copies::TwoAtOnce, Copies::TwoInTurn].choose(rng).expect("it is not empty"),
            consumer: *[None, None, None, None, Some(Consumer::Service), Some(Consumer::Function)]
                .choose(rng)
                .expect("it is not empty"),
        };
        match set_up {
            SetUp::Fargate => Self { nodes: 1, ..estate },
            _ if set_up.is_elasticache() => estate.at_elasticache(set_up),
            _ if set_up.is_upstash() => estate.at_upstash(set_up),
            _ => estate,
        }
    }

    /// The same with this set-up, at ElastiCache: its functions wait for minutes.
    #[must_use]
    pub fn at_elasticache(self, set_up: SetUp) -> Self {
        let nodes = if set_up == SetUp::ServerlessUser { 2 } else { self.nodes };
        let (overlap, timeout) = (self.overlap * SLOWER, self.timeout * (3 * SLOWER));
        Self { nodes, set_up, sentinel: false, overlap, timeout, ..self }
    }

    /// The same with this set-up, at Upstash: a database is one node, its secret is JSON, and a reset has no overlap.
    #[must_use]
    pub fn at_upstash(self, set_up: SetUp) -> Self {
        let overlap = if set_up == SetUp::UpstashReset { Duration::ZERO } else { self.overlap };
        Self { nodes: 1, set_up, json: true, overlap, consumer: None, ..self }
    }

    /// How many nodes there are in all shards.
    pub(crate) fn all_nodes(&self) -> usize {
        if self.set_up == SetUp::ClusterAuthToken { SHARDS * self.nodes } else { self.nodes }
    }
}

impl fmt::Display for Estate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nodes, set_up, sentinel, json, overlap, timeout, copies, consumer } = self;
        let redis = match set_up {
            SetUp::ConfigFile => "hosts with `redis.conf`",
            SetUp::AclFile => "hosts with an ACL file",
            SetUp::Memory => "hosts that write no file",
            SetUp::AuthToken => "a replication group with an AUTH token",
            SetUp::ClusterAuthToken => "a replication group in cluster mode with an AUTH token",
            SetUp::GroupUser => "a replication group with a user",
            SetUp::Fargate => "a Fargate task",
            SetUp::ServerlessUser => "a serverless cache with a user",
            SetUp::UpstashAcl => "a database of Upstash with an ACL user",
            SetUp::UpstashReset => "a database of Upstash that is reset",
        };
        let nodes = if *nodes == 1 { "1 node".to_owned() } else { format!("{nodes} nodes") };
        let sentinel = if *sentinel { ", a Sentinel" } else { "" };
        let secret = if *json { "a JSON secret" } else { "a plain secret" };
        let consumer = match consumer {
            None => "",
            Some(Consumer::Service) => ", an ECS service as consumer",
            Some(Consumer::Function) => ", a Lambda function as consumer",
        };
        let copies = match copies {
            Copies::One => "once",
            Copies::TwoAtOnce => "twice at once",
            Copies::TwoInTurn => "twice in turn",
        };
        let (overlap, timeout) = (overlap.as_secs(), timeout.as_secs());
        write!(
            f,
            "{redis} ({nodes}{sentinel}), {secret}{consumer}, an overlap of {overlap} s, a timeout of {timeout} s; "
        )?;
        write!(f, "each event is delivered {copies}")
    }
}
