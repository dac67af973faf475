//! EventBridge, its schedules, and SNS: what happened is told to compiled functions, as AWS tells it.
//!
//! Functions are invoked asynchronously: at least once, perhaps twice, and again where they fail.
//!
//! # Layout
//! - `event`: what a service says has happened
//! - `pattern`: which events a rule is about
//! - `bus`: rules, schedules and the topic
//! - `delivery`: one invocation after another, until one goes well
//! - `journal`: what was delivered to whom
//! - `notice`: what ElastiCache says over SNS

mod bus;
mod delivery;
mod event;
mod journal;
mod notice;
mod pattern;
mod schedule;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use bus::Events;
pub(crate) use event::Event;
pub use journal::{Attempt, Delivery, Progress};
pub(crate) use notice::Notice;
pub use notice::NoticeForm;

/// How events behave in time.
#[derive(Clone, Copy, Debug)]
pub struct EventTiming {
    /// From something that happens to the function that is told.
    pub latency: Duration,
    /// The pauses before the second and the third try of a function that failed: at AWS one minute, then two.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
    pub pauses: [Duration; 2],
    /// How often what goes well is delivered.
    pub copies: Copies,
}

impl Default for EventTiming {
    /// Quick enough to watch, and everything once.
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(50),
            pauses: [Duration::from_millis(300), Duration::from_millis(600)],
            copies: Copies::One,
        }
    }
}

/// How often an event comes to a function: AWS promises once at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copies {
    /// Once.
    #[default]
    One,
    /// Twice at the same time.
    TwoAtOnce,
    /// Again, once the function has answered.
    TwoInTurn,
}
