//! What redis-lifecycle decides: pure functions from facts to plans, with no IO and no clock.
//!
//! ```
//! use policy::rotation::{Decision, Facts, PendingValue, Step, VersionStage, decide_user};
//!
//! let facts = Facts {
//!     step: Step::Create,
//!     version: VersionStage::Pending,
//!     rotation_enabled: Some(true),
//!     pending: PendingValue::Absent,
//!     server: None,
//! };
//! assert!(matches!(decide_user(&facts), Ok(Decision::CreatePending { .. })));
//! ```
//!
//! # Layout
//! - [`target`]: the settings document of one Redis under management
//! - [`secret`]: a secret's value, the credential in it, and what its versions and labels tell
//! - [`token`]: which credentials are legal for a backend
//! - [`login`]: what each node answered to each credential
//! - [`server`]: what is seen of a server
//! - [`change`]: what became of a change that was requested
//! - [`rotation`]: what the four steps of a rotation do
//! - [`consumers`]: the consumers of a target, and whether each has followed a change
//! - [`retirement`]: when the previous credential is retired
//! - [`retention`]: which backups are deleted
//! - [`snapshot`]: how a snapshot is taken, and what is recorded of it
//! - [`rollout`]: which consumer is redeployed, and when
//! - [`moving`]: which settings are in effect while a system moves to another Redis
//! - [`labels`]: the labels on versions of secrets and parameters
//! - [`connection`]: what a client connects with, and how it is written
//! - [`publication`]: what is written to outputs
//! - [`outcome`]: the record of one run
//! - [`failure`]: the three classes of failure

pub mod change;
pub mod connection;
pub mod consumers;
pub mod failure;
pub mod labels;
pub mod login;
pub mod moving;
pub mod outcome;
pub mod publication;
pub mod retention;
pub mod retirement;
pub mod rollout;
pub mod rotation;
pub mod secret;
pub mod server;
pub mod snapshot;
pub mod target;
pub mod token;

pub use failure::{Class, Failure, NextStep};
pub use target::Target;
