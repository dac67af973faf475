//! Takes the previous credential of one target away, once nobody can still hold it.
//!
//! # Layout
//! - [`handle`]: from event to outcome
//! - `retirement`: look, decide, act, until nothing is left to do, something else comes first, or time is up
//! - `secret`: what the secret says of the credential that was in use before
//! - `consumers`: whoever may still hold it, looked at
//! - `moment`: moments as the policy counts them

mod consumers;
mod handle;
mod moment;
mod retirement;
mod secret;

pub use handle::handle;
