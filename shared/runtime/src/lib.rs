//! What all functions have in common.
//!
//! # Layout
//! - [`run`]: one run, from event to outcome
//! - [`target`]: from what a run is about to the target and its settings
//! - [`settings`]: a target's settings document, and which version of it is in effect
//! - [`secret`]: the target's secret, checked and read
//! - [`consumers`]: the state of the consumers of a target
//! - [`moment`]: moments, as the policy counts them
//! - [`event`]: what happened, and to what
//! - [`concern`]: whether an event concerns a function, and what it looks at then
//! - [`certificates`]: the root certificates that the environment names
//! - [`change`]: changes, requested and recorded in the outcome
//! - [`deadline`]: the time left for an invocation, and its pauses
//! - [`log`]: JSON lines, of a message and fields
//! - [`record`]: the record of each run, and its metrics
//! - [`diagnostic`]: a failure, as Lambda reports it

pub mod certificates;
pub mod change;
pub mod concern;
pub mod consumers;
pub mod deadline;
pub mod diagnostic;
pub mod event;
pub mod log;
pub mod moment;
pub mod record;
pub mod run;
pub mod secret;
pub mod settings;
pub mod target;
