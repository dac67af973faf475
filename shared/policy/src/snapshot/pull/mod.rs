//! Which node an RDB file is pulled from, and when none is.

mod choice;
mod facts;
mod preflight;

use crate::Failure;

pub use facts::{Facts, Info, Node, Role, Server, State, Version};

/// What to do about a snapshot that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    /// Pull from this node.
    Pull {
        /// The node.
        node: &'a Node,
        /// What it says of itself.
        info: &'a Info,
        /// Why from this one.
        reason: &'static str,
    },
    /// Look again in a moment.
    Wait {
        /// What to wait for.
        reason: String,
    },
}

/// Decides from which node an RDB file is pulled. The first line that applies decides:
///
/// | the nodes | ⇒ |
/// |---|---|
/// | one belongs to a Redis Cluster | Permanent: one file would not hold all shards |
/// | a replica follows, with its link up and without loading or a full synchronisation | pull from that one: the primary does not fork |
/// | more than one says that it is a primary | `NeedsHuman`: it is not known which one has the data |
/// | the primary is loading | wait |
/// | the primary serves clients | pull from it |
/// | none can be asked | Retryable |
///
/// The node that was chosen is refused, Permanent, in this order:
///
/// | the node | ⇒ |
/// |---|---|
/// | is older than Redis 6.2 | refused: it cannot send an RDB file alone |
/// | already has a child process that saves or rewrites | wait: it starts no second one |
/// | has less memory left than a fork may need | refused |
/// | has more data than can be pulled in the time left | refused |
///
/// # Errors
/// As the tables say, naming the node.
pub fn decide(facts: &Facts) -> Result<Decision<'_>, Failure> {
    let chosen = match choice::choose(&facts.nodes)? {
        choice::Choice::Of(chosen) => chosen,
        choice::Choice::Wait(reason) => return Ok(Decision::Wait { reason }),
    };
    let choice::Chosen { node, info, reason } = chosen;
    match preflight::check(node, info, facts.time_left)? {
        Some(reason) => Ok(Decision::Wait { reason }),
        None => Ok(Decision::Pull { node, info, reason }),
    }
}

/// The size of a part of an upload, for a file of about this many bytes: an upload has at most 10,000 parts, and two are in memory
/// at a time.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
pub fn part_bytes(estimate: u64) -> usize {
    let least = 8 * 1024 * 1024;
    usize::try_from((estimate / 5_000).max(least)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
