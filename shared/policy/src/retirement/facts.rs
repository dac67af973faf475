//! The facts that a retirement is decided on.

use crate::{
    consumers::ConsumerFacts,
    login::{Verdict, sum_up},
    secret::{PreviousValue, SecretFacts},
    server::{Propagation, Server},
    target::Retirement,
};

/// Everything that a decision depends on. Times are in milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The time.
    pub now_ms: u64,
    /// What the settings say.
    pub settings: Retirement,
    /// What the secret says.
    pub secret: SecretFacts,
    /// Why the server may not be given AWSCURRENT; `None` if it may. See [`crate::token::fault`].
    pub current_fault: Option<String>,
    /// The server, once it was observed; see [`SecretFacts::nothing_to_retire`].
    pub server: Option<Server>,
    /// The consumers, once they were observed; see [`needs_consumers`].
    pub consumers: Option<Vec<ConsumerFacts>>,
}

impl Facts {
    /// Whether every node was seen to refuse AWSPREVIOUS before.
    pub(super) fn is_retired(&self) -> bool {
        self.secret.previous == PreviousValue::Another { retired: true }
    }
}

/// Whether the consumers have to be observed before a decision can be made.
///
/// If every node refuses AWSPREVIOUS, no client can be cut off and the consumers do not matter. Nodes that are changed one
/// by one are the exception: they may have lost it too early, or only until they restart.
pub fn needs_consumers(facts: &Facts) -> bool {
    let Some(server) = &facts.server else { return false };
    let Ok(verdicts) = sum_up(&server.nodes) else { return false };
    let proven = verdicts.open == Verdict::Nowhere && verdicts.current == Verdict::Everywhere;
    let unsure = server.propagation != Propagation::Service && !facts.is_retired();
    facts.consumers.is_none() && proven && (verdicts.previous != Verdict::Nowhere || unsure)
}
