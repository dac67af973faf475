//! Decides when the previous credential is retired.
//!
//! After a rotation both credentials are valid, so that consumers have time to follow. A decision depends on nothing but
//! the facts of the moment, so a run that stopped anywhere can be run again.
//!
//! There is one function for each way in which a credential reaches the nodes, and its decisions are those that a server of
//! that kind can carry out:
//!
//! | credential | function | specific change |
//! |---|---|---|
//! | propagated to every node by a service | [`decide_service`] | none |
//! | stored on each node | [`decide_node_by_node`] | [`Restore`] |
//! | replaced by a reset | none: see [`REPLACED`] | |
//!
//! Both begin in the same way. Before the server is observed:
//!
//! | AWSPREVIOUS | ⇒ |
//! |---|---|
//! | absent, or the same credential as AWSCURRENT | Kept |
//! | unreadable | Permanent: what to retire is unknown |
//!
//! Then, if a node gives no answer, or accepts clients without a credential:
//!
//! | nodes | group | ⇒ |
//! |---|---|---|
//! | one gives no answer | asked to change in this run | Wait |
//! | one gives no answer | otherwise | Blocked |
//! | one accepts clients without a credential | busy | Blocked |
//! | one accepts clients without a credential | available | Permanent |
//!
//! The gates: the overlap since the promotion is over, every consumer of the settings was replaced after it and is steady,
//! and no rotation is in progress. "Still in use" means that one of the first two blocks.

mod decision;
mod facts;
mod gates;
mod look;
mod node_by_node;
mod refusals;
mod service;

pub use decision::{Decision, Restore};
pub use facts::{Facts, needs_consumers};
pub use node_by_node::decide_node_by_node;
pub use service::decide_service;

/// Why there is nothing to retire where a reset replaces the credential.
pub const REPLACED: &str = "a reset revokes the credential before it, so there is nothing to retire";

#[cfg(test)]
mod tests;
