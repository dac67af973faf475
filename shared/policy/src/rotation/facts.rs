//! What a step has seen.

use std::fmt;

use super::Step;
use crate::{
    labels::{AWSCURRENT, AWSPENDING},
    login::Node,
};

/// Everything that [`super::decide`] may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The step that was called.
    pub step: Step,
    /// The stage of the version that the event names.
    pub version: VersionStage,
    /// Whether rotation is switched on; `None` where Secrets Manager does not say, as for a secret never rotated.
    pub rotation_enabled: Option<bool>,
    /// The value of that version.
    pub pending: PendingValue,
    /// The server, where the step looks at it; see [`needs_server`].
    pub server: Option<Server>,
}

/// The stage of the version that the event names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStage {
    /// It carries AWSCURRENT, alone or with AWSPENDING: the rotation has succeeded.
    Current,
    /// It carries AWSPENDING.
    Pending,
    /// It is there, and carries neither.
    Unlabelled,
    /// There is no such version.
    Unknown,
}

impl VersionStage {
    /// The stage of a version with these staging labels; `None` if there is no such version.
    pub fn of(labels: Option<&[String]>) -> Self {
        let Some(labels) = labels else { return Self::Unknown };
        let has = |label: &str| labels.iter().any(|one| one == label);
        match (has(AWSCURRENT), has(AWSPENDING)) {
            (true, _) => Self::Current,
            (false, true) => Self::Pending,
            (false, false) => Self::Unlabelled,
        }
    }
}

/// The value of AWSPENDING.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingValue {
    /// The version has no value yet.
    Absent,
    /// The backend would not take it; says why.
    Illegal(String),
    /// The backend takes it.
    Legal,
}

/// What was seen of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// What the nodes answered.
    pub nodes: Vec<Node>,
    /// What the service that runs the nodes says of itself.
    pub group: GroupState,
    /// Whether this run has asked for a change whose effect is still to come. It keeps one run from asking twice when
    /// the service's own status lags behind.
    pub change_asked: bool,
    /// Whether the group says that a credential was set since AWSPENDING was made.
    pub token_set_since_pending: bool,
    /// Whether there is room for one more credential.
    pub room: Room,
    /// Who brings a credential to every node, and keeps it there.
    pub upkeep: Upkeep,
}

/// Who brings a credential to every node, and keeps it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// The service that runs the nodes: what some have the others will have, with no further call.
    Service,
    /// Whoever changes it, node by node: a node may have missed what others have. Nodes keep it when they restart.
    NodeByNode,
    /// As above, and a node that restarts has only what was AWSCURRENT when it was started.
    UntilRestart,
}

/// Whether one more credential fits in without pushing out one that clients may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It does: there is a free place, or the service drops only the oldest of what the secret has known.
    Free,
    /// All places are taken, by AWSCURRENT and one other: adding puts AWSPENDING in the other's place.
    Full,
    /// There are as many places as one likes: what nobody takes away stays for ever.
    Unlimited,
}

/// Whether the service that runs the nodes takes changes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// It takes changes.
    Available,
    /// It is changing its credential.
    ChangingToken,
    /// It is doing something else, which this names.
    Busy(String),
}

impl GroupState {
    /// Whether it takes no changes now.
    pub fn is_busy(&self) -> bool {
        *self != Self::Available
    }
}

impl fmt::Display for GroupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Available => f.write_str("the target says it is available"),
            Self::ChangingToken => f.write_str("the target is changing its credential"),
            Self::Busy(status) => write!(f, "the target is {status}"),
        }
    }
}

/// Whether the server has to be looked at before [`super::decide`] can say anything.
///
/// createSecret gets by without, but for a pending value that looks unusable: before it is discarded, the server is
/// asked whether somebody uses it.
pub fn needs_server(step: Step, version: VersionStage, pending: &PendingValue) -> bool {
    match version {
        VersionStage::Unlabelled | VersionStage::Unknown => false,
        VersionStage::Current => step != Step::Create,
        VersionStage::Pending => step != Step::Create || matches!(pending, PendingValue::Illegal(_)),
    }
}
