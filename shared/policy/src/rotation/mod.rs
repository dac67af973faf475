//! The four steps of a rotation, decided.
//!
//! Secrets Manager calls the steps in order and, when one fails, all of them again; each can be repeated, stopped, or run
//! twice at the same time. So no step relies on an earlier one: each decision is made from the current facts.
//!
//! There is one function for each kind of credential, and its decisions are those that a server of that kind can carry out:
//!
//! | credential | function | specific change |
//! |---|---|---|
//! | AUTH token of a group | [`decide_auth_token`] | [`CloseOpenAccess`] |
//! | password of a user, managed by a service | [`decide_user`] | none |
//! | password that is stored on each node | [`decide_node_by_node`] | [`RestoreCurrent`] |
//! | replaced by a reset | [`reset::decide_reset`] | all of its own |

mod decision;
mod facts;
mod look;
mod node_by_node;
mod open;
mod refusals;
pub mod reset;
mod service;
mod step;

pub use decision::{AfterPromotion, CloseOpenAccess, Decision, RestoreCurrent};
pub use facts::{Facts, PendingValue, VersionStage, needs_server};
pub use node_by_node::decide_node_by_node;
pub use service::{decide_auth_token, decide_user};
pub use step::Step;

#[cfg(test)]
mod tests;
