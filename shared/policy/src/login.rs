//! What each node answered to each credential.

use serde::Serialize;

/// What one node answered to one credential.
///
/// A refused login is an answer, not an error. A node that could not be asked gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// AUTH and PING succeeded.
    Accepted,
    /// The node does not accept it.
    Refused,
}

/// What one node said when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeState {
    /// It answered each question.
    Asked {
        /// Whether it serves clients that do not log in; for a user other than `default`, whether it lets that user in with any
        /// password.
        open: bool,
        /// To AWSPENDING; `None` if there is no such value.
        pending: Option<Answer>,
        /// To AWSCURRENT.
        current: Answer,
        /// To AWSPREVIOUS; `None` if it was not tried.
        previous: Option<Answer>,
    },
    /// It runs, but does not serve clients (loading, too many clients, link to its primary down).
    NotReady(String),
    /// It did not answer at all.
    Unreachable(String),
}

/// One node and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// The node's id, or its address if it has none.
    pub id: String,
    /// What it said.
    pub state: NodeState,
}

/// A login that a node refused, from the node's own log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedLogin {
    /// The node's id.
    pub node: String,
    /// The client's address and port.
    pub client: String,
    /// The user, if it is the target's; any other text may be a credential in the wrong place.
    pub username: Option<String>,
    /// How often; the node counts equal logins together.
    pub count: u64,
    /// When it happened last, in milliseconds since 1970.
    pub last_ms: u64,
}

/// What all nodes together say about one credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every node accepts it.
    Everywhere,
    /// Some nodes accept it, some do not.
    Somewhere,
    /// No node accepts it.
    Nowhere,
}

impl Verdict {
    fn of(answers: impl Iterator<Item = bool>) -> Self {
        let (accepted, refused): (Vec<bool>, Vec<bool>) = answers.partition(|accepted| *accepted);
        match (accepted.is_empty(), refused.is_empty()) {
            (false, true) => Self::Everywhere,
            (false, false) => Self::Somewhere,
            (true, _) => Self::Nowhere,
        }
    }
}

/// What all nodes together say, if each gave an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdicts {
    /// About clients that do not log in.
    pub open: Verdict,
    /// About AWSPENDING; `Nowhere` if there is no such value.
    pub pending: Verdict,
    /// About AWSCURRENT.
    pub current: Verdict,
    /// About AWSPREVIOUS; `Nowhere` if it was not tried.
    pub previous: Verdict,
    /// About any of the three: no credential of the secret logs in on a node that accepts none of them.
    pub any: Verdict,
}

/// Sums up the nodes, or names the first one that could not be asked.
///
/// # Errors
/// A sentence that names the node without an answer, or says that there are no nodes.
pub fn sum_up(nodes: &[Node]) -> Result<Verdicts, String> {
    if nodes.is_empty() {
        return Err("the target has no nodes to ask".to_owned());
    }
    let mut answers = Vec::with_capacity(nodes.len());
    for node in nodes {
        match &node.state {
            NodeState::Asked { open, pending, current, previous } => {
                answers.push((*open, pending.as_ref(), current, previous.as_ref()));
            }
            NodeState::NotReady(why) => return Err(format!("node {} is not ready: {why}", node.id)),
            NodeState::Unreachable(why) => return Err(format!("node {} cannot be reached: {why}", node.id)),
        }
    }
    let accepted = |answer: Option<&Answer>| answer == Some(&Answer::Accepted);
    Ok(Verdicts {
        open: Verdict::of(answers.iter().map(|(open, ..)| *open)),
        pending: Verdict::of(answers.iter().map(|(_, pending, ..)| accepted(*pending))),
        current: Verdict::of(answers.iter().map(|(_, _, current, _)| accepted(Some(current)))),
        previous: Verdict::of(answers.iter().map(|(.., previous)| accepted(*previous))),
        any: Verdict::of(answers.iter().map(|(_, pending, current, previous)| {
            accepted(*pending) || accepted(Some(current)) || accepted(*previous)
        })),
    })
}
