//! What the nodes answered to which credential.

use serde::Serialize;

/// What one node answered to one credential.
///
/// A refused login is an answer, not an error; a node that could not be asked has given none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// AUTH and PING succeeded.
    Accepted,
    /// The node knows neither this credential nor lets it pass.
    Refused,
}

/// What one node said when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeState {
    /// It answered each question.
    Asked {
        /// Whether it serves clients that log in with nothing at all.
        open: bool,
        /// To AWSPENDING; `None` where there is no such value.
        pending: Option<Answer>,
        /// To AWSCURRENT.
        current: Answer,
        /// To AWSPREVIOUS; `None` where it was not asked about.
        previous: Option<Answer>,
    },
    /// It is there and does not serve yet (loading, no room for clients, link to its primary down).
    NotReady(String),
    /// It did not answer at all.
    Unreachable(String),
}

/// One node and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// The node's id, or its address where it has none.
    pub id: String,
    /// What it said.
    pub state: NodeState,
}

/// A login that a node has refused, as its own log tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedLogin {
    /// The node's id.
    pub node: String,
    /// The client's address and port.
    pub client: String,
    /// The user, where it is the target's; any other text may be a credential in the wrong place.
    pub username: Option<String>,
    /// How often, the node counting like logins together.
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

/// What a set of nodes that were all asked says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdicts {
    /// About clients that log in with nothing.
    pub open: Verdict,
    /// About AWSPENDING; `Nowhere` where there is no such value.
    pub pending: Verdict,
    /// About AWSCURRENT.
    pub current: Verdict,
    /// About AWSPREVIOUS; `Nowhere` where it was not asked about.
    pub previous: Verdict,
    /// About any of the three: a node that accepts none of them is out of reach of whoever knows the secret only.
    pub any: Verdict,
}

/// Sums up the nodes, or names the first one that could not be asked.
///
/// # Errors
/// A sentence about the node that gave no answer, or about there being none.
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
