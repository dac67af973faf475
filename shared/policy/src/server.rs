//! The observed state of a server: the answers of its nodes, how many credentials it can have,
//! and how they reach the nodes.

use std::fmt;

use crate::{change::Made, login::Node};

/// The observed state of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// What the nodes answered.
    pub nodes: Vec<Node>,
    /// What the service that runs the nodes reports of itself.
    pub group: GroupState,
    /// Whether this run has requested a change that has yet to take effect. It keeps one run from requesting a change twice
    /// while the service's own status lags behind.
    pub change_asked: bool,
    /// Whether the group reports that a credential was set since AWSPENDING was made.
    pub token_set_since_pending: bool,
    /// Whether one more credential can be added.
    pub capacity: Capacity,
    /// How a credential reaches every node.
    pub propagation: Propagation,
}

/// How a credential reaches every node, and whether a restarted node still has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// The service that runs the nodes propagates it: once some nodes have it, the others get it with no further call.
    Service,
    /// Each node is changed on its own, so one may lack what the others have. A restarted node still has it.
    NodeByNode,
    /// Each node is changed on its own, and a restarted node has only what was AWSCURRENT when it was started.
    UntilRestart,
}

impl Propagation {
    /// Whether a requested change is still to take effect, so that it must not be requested again in the same run.
    ///
    /// A service carries out a change even if its answer is lost. Where nodes are changed one by one, those after the lost
    /// answer have not been changed.
    pub fn is_pending(self, made: Made) -> bool {
        match self {
            Self::Service => made.may_have_taken_effect(),
            Self::NodeByNode | Self::UntilRestart => made == Made::Yes,
        }
    }

    /// What a completed step does not cover, in a sentence for the outcome.
    pub fn caveat(self) -> Option<&'static str> {
        match self {
            Self::Service | Self::NodeByNode => None,
            Self::UntilRestart => {
                Some("a node that restarts has only the credential that it is started with, until the next run")
            }
        }
    }
}

/// Whether one more credential can be added without removing one that clients may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// There is room: a place is free, or the service drops only the oldest credential that the secret contained.
    Free,
    /// The limit is two, and AWSCURRENT and one other are in use: AWSPENDING replaces the other.
    Full,
    /// There is no limit: a credential stays until it is removed.
    Unlimited,
}

/// Whether the service that runs the nodes accepts changes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupState {
    /// It accepts changes.
    Available,
    /// It is changing its credential.
    ChangingToken,
    /// It is doing something else, which this names.
    Busy(String),
}

impl GroupState {
    /// Whether it accepts no changes now.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_answer_leaves_a_change_pending_only_where_a_service_carries_it_out() {
        for (made, service, nodes) in [(Made::Yes, true, true), (Made::No, false, false), (Made::Unknown, true, false)]
        {
            assert_eq!(Propagation::Service.is_pending(made), service, "{made:?}");
            for propagation in [Propagation::NodeByNode, Propagation::UntilRestart] {
                assert_eq!(propagation.is_pending(made), nodes, "{propagation:?} {made:?}");
            }
        }
    }

    #[test]
    fn only_nodes_that_forget_have_a_caveat() {
        assert!(Propagation::UntilRestart.caveat().is_some());
        assert_eq!([Propagation::Service, Propagation::NodeByNode].map(Propagation::caveat), [None, None]);
    }
}
