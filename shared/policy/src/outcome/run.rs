//! The outcome while a run fills it in.

use super::{
    details::Details,
    items::{FailedItem, Item, Waiting},
    measure::{Measure, Measures},
};
use crate::{Class, Failure, NextStep, login::FailedLogin};

/// One run of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The target, once it is known.
    pub target: Option<String>,
    /// Whether it was a dry run, which changes nothing.
    pub dry_run: bool,
    /// What only this function reports.
    pub details: Details,
    /// What was done, in order.
    pub done: Vec<Item>,
    /// What was not changed.
    pub kept: Vec<Item>,
    /// What a dry run would have done, in order.
    pub planned: Vec<Item>,
    /// What a later run has to wait for.
    pub waiting: Vec<Waiting>,
    /// Items that failed while the others continued.
    pub failed: Vec<FailedItem>,
    /// What the run measured.
    pub measures: Measures,
    /// AWS calls, each try counted.
    pub api_calls: usize,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
    /// Whether a change was requested. Whatever became of it, the run cannot say any more that it changed nothing.
    pub(super) change_requested: bool,
    /// Whether the run left its event, and looked at no target.
    pub(super) event_left: bool,
    pub(super) stopped: Option<Stopped>,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stopped {
    pub(super) class: Class,
    pub(super) message: String,
    pub(super) next_step: Option<NextStep>,
}

impl Outcome {
    /// The outcome of a run that has just begun.
    pub fn new(details: Details) -> Self {
        let measures = Measures::of(details.measures());
        Self {
            target: None,
            dry_run: false,
            details,
            done: Vec::new(),
            kept: Vec::new(),
            planned: Vec::new(),
            waiting: Vec::new(),
            failed: Vec::new(),
            measures,
            api_calls: 0,
            duration_ms: 0,
            change_requested: false,
            event_left: false,
            stopped: None,
        }
    }

    /// The function, by name.
    pub fn function(&self) -> &'static str {
        self.details.function()
    }

    /// Records that a change is about to be requested. It comes before the request: a run can be stopped while it waits for
    /// the answer.
    pub fn requests_change(&mut self) {
        self.change_requested = true;
    }

    /// Records an action that has taken effect.
    pub fn did(&mut self, what: &'static str, reason: impl Into<String>) {
        self.done.push(Item { what, reason: reason.into() });
    }

    /// Records what was not changed.
    pub fn left(&mut self, what: &'static str, reason: impl Into<String>) {
        self.kept.push(Item { what, reason: reason.into() });
    }

    /// Records that the event does not concern the function, or leads to no target.
    pub fn left_event(&mut self, reason: impl Into<String>) {
        self.event_left = true;
        self.left("event", reason);
    }

    /// Whether the run shows that what failed before works again: it looked at the target, nothing failed, and it was not a dry
    /// run.
    pub fn shows_recovery(&self) -> bool {
        self.failure_class().is_none() && !self.event_left && !self.dry_run && self.details.shows_recovery()
    }

    /// Records an action that a dry run did not take.
    pub fn would(&mut self, what: &'static str, reason: impl Into<String>) {
        self.planned.push(Item { what, reason: reason.into() });
    }

    /// Records what a later run has to wait for.
    pub fn waits(&mut self, by: Vec<Waiting>) {
        self.waiting.extend(by);
    }

    /// Records an item that failed while the others continue.
    pub fn item_failed(&mut self, what: impl Into<String>, failure: &Failure) {
        self.failed.push(FailedItem {
            what: what.into(),
            class: failure.class(),
            reason: failure.what_happened(),
            next_step: failure.next_step().cloned(),
        });
    }

    /// Records why the run ended early.
    pub fn failed(&mut self, failure: &Failure) {
        self.stopped = Some(Stopped {
            class: failure.class(),
            message: failure.what_happened(),
            next_step: failure.next_step().cloned(),
        });
    }

    /// Records the logins that the nodes have refused since the previous credential was removed.
    pub fn saw_failed_logins(&mut self, failed_logins: Vec<FailedLogin>) {
        self.measure(Measure::FailedLogins, failed_logins.iter().map(|login| login.count).sum());
        self.details = Details::Retirement { failed_logins };
    }

    /// Adds to a measure.
    pub fn measure(&mut self, measure: Measure, amount: u64) {
        self.measures.add(measure, amount);
    }

    /// Adds to a measure the number of things counted.
    pub fn count(&mut self, measure: Measure, things: usize) {
        self.measure(measure, u64::try_from(things).unwrap_or(u64::MAX));
    }
}
