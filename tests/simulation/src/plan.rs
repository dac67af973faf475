//! The plan of a world: its Redis, what happens and when. Drawn from a seed, or shortened from such a plan.

use std::{collections::BTreeSet, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sandbox::delivery::Copies;

use crate::what::{Actor, Edit, Event, Function, What};

/// How long after the start acts may begin.
const HORIZON_MS: u64 = 240_000;

/// Everything that a world does not decide itself.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What everything random is drawn from.
    pub seed: u64,
    /// The Redis under management.
    pub estate: Estate,
    /// What happens, in no order.
    pub acts: Vec<Act>,
    /// How many of 1,000 calls fail.
    pub faults: u32,
}

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
    /// Whether an ECS service is among the consumers, whose tasks read the parameter when they start.
    pub consumer: bool,
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

    /// What people do here that they do not do elsewhere.
    fn edits(self) -> &'static [Edit] {
        match self {
            _ if self.is_on_hosts() => &HOST_EDITS,
            _ if self.is_elasticache() => &ELASTICACHE_EDITS,
            _ if self.is_upstash() => &UPSTASH_EDITS,
            _ => &[],
        }
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

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// When, after the start.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// The set-ups that seeds take in turn.
const SET_UPS: [SetUp; 12] = [
    SetUp::ConfigFile,
    SetUp::AuthToken,
    SetUp::AclFile,
    SetUp::UpstashAcl,
    SetUp::ConfigFile,
    SetUp::GroupUser,
    SetUp::Memory,
    SetUp::ClusterAuthToken,
    SetUp::AclFile,
    SetUp::Fargate,
    SetUp::ServerlessUser,
    SetUp::UpstashReset,
];

/// What people do everywhere.
const EDITS: [Edit; 13] = [
    Edit::PutSameCredential,
    Edit::PutPreviousValue,
    Edit::MoveCurrentBack,
    Edit::MoveCurrentBackAndForward,
    Edit::Cancel,
    Edit::CancelAndStrip,
    Edit::RemovePrevious,
    Edit::AddOwnCredential,
    Edit::EditParameter,
    Edit::DeleteParameter,
    Edit::RecreateSecret,
    Edit::RecreateSettings,
    Edit::ProlongOverlap,
];

/// What people do on hosts besides.
const HOST_EDITS: [Edit; 4] = [Edit::AddReplica, Edit::MoveAway, Edit::RollBack, Edit::MoveAwayAndRollBack];

/// What people do at ElastiCache besides.
const ELASTICACHE_EDITS: [Edit; 3] = [Edit::PutFirstBack, Edit::Touch, Edit::TestFailover];

/// What people do at Upstash besides.
const UPSTASH_EDITS: [Edit; 2] = [Edit::PutFirstBack, Edit::ResetPassword];

/// How much longer everything takes at ElastiCache, where a change takes minutes.
const SLOWER: u32 = 5;

impl Plan {
    /// The plan of a seed, with the acts of these actors only. The acts of an actor do not depend on the others.
    pub fn of(seed: u64, actors: &BTreeSet<Actor>) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut in_turn = SET_UPS.into_iter().zip((0..SET_UPS.len() as u64).cycle());
        let (set_up, _) = in_turn.find(|(_, turn)| *turn == seed % SET_UPS.len() as u64).expect("it has a turn");
        let estate = Estate::draw(set_up, &mut rng);
        let set_up = estate.set_up;
        let mut acts = Vec::new();
        let mut draw = |rng: &mut StdRng, most: usize, what: &mut dyn FnMut(&mut StdRng) -> What| {
            for _ in 0..rng.random_range(0..=most) {
                let what = what(rng);
                acts.push(Act { at: Duration::from_millis(rng.random_range(0..HORIZON_MS)), what });
            }
        };
        draw(&mut rng, 3, &mut |_| What::Rotate);
        draw(&mut rng, 5, &mut |_| What::Invoke(Function::Retire));
        draw(&mut rng, 4, &mut |_| What::Invoke(Function::Sync));
        draw(&mut rng, 3, &mut |rng| What::Person(*EDITS.choose(rng).expect("it is not empty")));
        let more = if set_up.edits().is_empty() { 0 } else { 2 };
        draw(&mut rng, more, &mut |rng| What::Person(*set_up.edits().choose(rng).expect("it is not empty")));
        draw(&mut rng, 2, &mut |rng| {
            let event = *[Event::Restart, Event::Cut, Event::Silence].choose(rng).expect("it is not empty");
            What::Node(rng.random_range(0..estate.nodes), event)
        });
        let faults = *[0, 10, 50].choose(&mut rng).expect("it is not empty");
        if set_up.is_elasticache() {
            acts.iter_mut().for_each(|act| act.at *= SLOWER);
        }
        acts.retain(|act| actors.contains(&act.what.actor()));
        acts.sort_by_key(|act| act.at);
        Self { seed, estate, acts, faults: if actors.contains(&Actor::Faults) { faults } else { 0 } }
    }
}

impl Estate {
    /// An estate with this set-up.
    fn draw(set_up: SetUp, rng: &mut StdRng) -> Self {
        let estate = Self {
            nodes: *[1, 1, 2, 3].choose(rng).expect("it is not empty"),
            set_up,
            sentinel: set_up.is_on_hosts() && rng.random(),
            json: rng.random(),
            overlap: Duration::from_secs(*[0, 60, 60].choose(rng).expect("it is not empty")),
            timeout: Duration::from_secs(*[20, 60, 60].choose(rng).expect("it is not empty")),
            copies: *[Copies::One, Copies::TwoAtOnce, Copies::TwoInTurn].choose(rng).expect("it is not empty"),
            consumer: !set_up.is_upstash() && rng.random_ratio(1, 4),
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
        Self { nodes: 1, set_up, json: true, overlap, ..self }
    }
}
