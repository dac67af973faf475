//! What can happen in a world, and who does it.

use std::fmt;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Secrets Manager begins a rotation.
    Rotate,
    /// The same, and some seconds later the schedule of `retire-credential` comes round: the new version has no value yet.
    RotateAndRetire,
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
    /// Removes AWSPREVIOUS' credential from every node. At ElastiCache, makes AWSCURRENT's the only one.
    RemovePrevious,
    /// Adds a credential of their own to a node, or to the nodes of ElastiCache.
    AddOwnCredential,
    /// Publishes another value.
    EditParameter,
    /// Deletes the published parameter.
    DeleteParameter,
    /// Deletes the secret, and creates it again with the value of AWSCURRENT.
    RecreateSecret,
    /// Deletes the settings, and creates them again.
    RecreateSettings,
    /// Doubles the overlap in the settings.
    ProlongOverlap,
    /// Sets up a replica as the primary is set up, and adds it to the settings. On hosts only, as the next three.
    AddReplica,
    /// Moves the target to another host, which accepts AWSCURRENT of that moment.
    MoveAway,
    /// Has `sync-connection` roll the move back.
    RollBack,
    /// Moves the target, has `sync-connection` make the move, and rolls it back after some seconds.
    MoveAwayAndRollBack,
    /// Puts the first credential back, as a template does that somebody applies again. Not on hosts.
    PutFirstBack,
    /// Makes the user, the group or the cache busy with something else. At ElastiCache only.
    Touch,
    /// Has a shard of a replication group fail over.
    TestFailover,
    /// Adds a replica to a replication group; in cluster mode, to one shard.
    IncreaseReplicaCount,
    /// Removes a replica of a replication group; in cluster mode, of one shard.
    DecreaseReplicaCount,
    /// Resets the password of a database of Upstash.
    ResetPassword,
    /// Deploys the service whose task Redis is.
    DeployRedis,
    /// Deploys the consumer: its service, or the environment of its function as it was read some seconds before.
    DeployConsumer,
}

/// What can happen to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A host restarts from its files, a node of ElastiCache fails, and a task ends.
    Restart,
    /// Its connections are cut.
    Cut,
    /// It does not answer for some time.
    Silence,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// Rotations and schedules.
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
            Self::Rotate | Self::RotateAndRetire | Self::Invoke(_) => Actor::Schedules,
            Self::Person(_) => Actor::Person,
            Self::Node(..) => Actor::Nodes,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rotate => f.write_str("RotateSecret"),
            Self::RotateAndRetire => f.write_str("RotateSecret, and invokes retire-credential"),
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
            Self::DeleteParameter => "deletes the published parameter",
            Self::RecreateSecret => "deletes the secret and creates it again",
            Self::RecreateSettings => "deletes the settings and creates them again",
            Self::ProlongOverlap => "doubles the overlap",
            Self::AddReplica => "adds a replica",
            Self::MoveAway => "moves the target to another host",
            Self::RollBack => "rolls the move back",
            Self::MoveAwayAndRollBack => "moves the target to another host and rolls the move back",
            Self::PutFirstBack => "puts the first credential back",
            Self::Touch => "makes ElastiCache busy with something else",
            Self::TestFailover => "calls TestFailover",
            Self::IncreaseReplicaCount => "calls IncreaseReplicaCount",
            Self::DecreaseReplicaCount => "calls DecreaseReplicaCount",
            Self::ResetPassword => "resets the password in the console",
            Self::DeployRedis => "deploys Redis",
            Self::DeployConsumer => "deploys the consumer",
        })
    }
}
