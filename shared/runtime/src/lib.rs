//! What every function does alike.
//!
//! # Layout
//! - [`run`]: one run, from event to outcome
//! - [`settings`]: the target of an event, and its settings document
//! - [`secret`]: the target's secret, found and checked
//! - [`versions`]: the versions of it that matter, read
//! - [`consumers`]: whoever logs in with the credential, looked at
//! - [`moment`]: moments, as the policy counts them
//! - [`change`]: what became of a change that was asked for
//! - [`event`]: what happened, and to what
//! - [`trigger`]: what invokes a function that looks after a target, but for the rotation hook
//! - [`deadline`]: how long this invocation may still wait
//! - [`log`]: JSON lines, of a message and fields
//! - [`record`]: the one record that each run leaves, and its metrics
//! - [`diagnostic`]: a failure, as Lambda reports it

pub mod change;
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
pub mod trigger;
pub mod versions;
