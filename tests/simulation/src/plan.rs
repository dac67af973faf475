//! What happens in a world, and when: drawn from a seed, or shortened from such a plan.

use std::{collections::BTreeSet, fmt, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use sandbox::delivery::Copies;

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
    /// A primary, and its replicas.
    pub nodes: usize,
    /// Where the nodes keep their users.
    pub set_up: SetUp,
    /// Whether the secret is a JSON object.
    pub json: bool,
    /// `retirement.overlap_s`.
    pub overlap: Duration,
    /// The timeout of the functions.
    pub timeout: Duration,
    /// How often each event is delivered.
    pub copies: Copies,
}

/// Where nodes keep their users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// In `redis.conf`, for the user `default`.
    ConfigFile,
    /// In an ACL file, for the user `app`.
    AclFile,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// When, after the start.
    pub at: Duration,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Secrets Manager begins a rotation.
    Rotate,
    /// A function is invoked with the target's name.
    Invoke(Function),
    /// A person changes something.
    Person(Edit),
    /// Something happens to a node.
    Node(usize, Event),
}

/// The functions that schedules invoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `retire-credential`
    Retire,
    /// `sync-connection`
    Sync,
}

/// What a person does, or Terraform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Puts a value with the same credential and another note; without JSON, the same value.
    PutSameCredential,
    /// Puts the value of AWSPREVIOUS again.
    PutPreviousValue,
    /// Moves AWSCURRENT to the version of AWSPREVIOUS.
    MoveCurrentBack,
    /// Moves AWSCURRENT back, and forward again after some seconds.
    MoveCurrentBackAndForward,
    /// Cancels the rotation.
    Cancel,
    /// Cancels the rotation, and removes AWSPENDING.
    CancelAndStrip,
    /// Removes AWSPREVIOUS' credential from every node.
    RemovePrevious,
    /// Adds a credential of their own to a node.
    AddOwnCredential,
    /// Publishes another value.
    EditParameter,
}

/// What can happen to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It restarts from its files.
    Restart,
    /// Its connections are cut.
    Cut,
    /// It does not answer for some time.
    Silence,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// Rotations and schedules; they are always there.
    Schedules,
    /// A person, or Terraform.
    Person,
    /// Nodes that restart, are cut off, or are silent.
    Nodes,
    /// Calls that fail, are late, lose their answers, or whose function is killed.
    Faults,
}

impl Actor {
    /// All of them, with their names.
    pub const ALL: [(Self, &str); 4] =
        [(Self::Schedules, "schedules"), (Self::Person, "person"), (Self::Nodes, "nodes"), (Self::Faults, "faults")];
}

impl What {
    /// Who does it.
    pub fn actor(self) -> Actor {
        match self {
            Self::Rotate | Self::Invoke(_) => Actor::Schedules,
            Self::Person(_) => Actor::Person,
            Self::Node(..) => Actor::Nodes,
        }
    }
}

const EDITS: [Edit; 9] = [
    Edit::PutSameCredential,
    Edit::PutPreviousValue,
    Edit::MoveCurrentBack,
    Edit::MoveCurrentBackAndForward,
    Edit::Cancel,
    Edit::CancelAndStrip,
    Edit::RemovePrevious,
    Edit::AddOwnCredential,
    Edit::EditParameter,
];

impl Plan {
    /// The plan of a seed, with the acts of these actors only. The acts of an actor do not depend on the others.
    pub fn of(seed: u64, actors: &BTreeSet<Actor>) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let estate = Estate {
            nodes: *[1, 1, 2, 3].choose(&mut rng).expect("it is not empty"),
            set_up: if rng.random() { SetUp::ConfigFile } else { SetUp::AclFile },
            json: rng.random(),
            overlap: Duration::from_secs(*[0, 60, 60].choose(&mut rng).expect("it is not empty")),
            timeout: Duration::from_secs(*[20, 60, 60].choose(&mut rng).expect("it is not empty")),
            copies: *[Copies::One, Copies::TwoAtOnce, Copies::TwoInTurn].choose(&mut rng).expect("it is not empty"),
        };
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
        draw(&mut rng, 2, &mut |rng| {
            let event = *[Event::Restart, Event::Cut, Event::Silence].choose(rng).expect("it is not empty");
            What::Node(rng.random_range(0..estate.nodes), event)
        });
        let faults = *[0, 10, 50].choose(&mut rng).expect("it is not empty");
        acts.retain(|act| actors.contains(&act.what.actor()));
        acts.sort_by_key(|act| act.at);
        Self { seed, estate, acts, faults: if actors.contains(&Actor::Faults) { faults } else { 0 } }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rotate => f.write_str("RotateSecret"),
            Self::Invoke(Function::Retire) => f.write_str("invokes retire-credential"),
            Self::Invoke(Function::Sync) => f.write_str("invokes sync-connection"),
            Self::Person(edit) => write!(f, "{edit}"),
            Self::Node(node, Event::Restart) => write!(f, "node {node} restarts"),
            Self::Node(node, Event::Cut) => write!(f, "node {node} loses its connections"),
            Self::Node(node, Event::Silence) => write!(f, "node {node} does not answer for a while"),
        }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PutSameCredential => "puts a value with the same credential",
            Self::PutPreviousValue => "puts the value of AWSPREVIOUS",
            Self::MoveCurrentBack => "moves AWSCURRENT back to AWSPREVIOUS",
            Self::MoveCurrentBackAndForward => "moves AWSCURRENT back and forward",
            Self::Cancel => "cancels the rotation",
            Self::CancelAndStrip => "cancels the rotation and removes AWSPENDING",
            Self::RemovePrevious => "removes AWSPREVIOUS from every node",
            Self::AddOwnCredential => "adds a credential to a node",
            Self::EditParameter => "edits the published parameter",
        })
    }
}
