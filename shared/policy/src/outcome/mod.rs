//! The outcome of one run: what was done, kept and refused, and why.
//!
//! It is the function's answer, so that a Lambda destination can pass it on, and it is logged once. Its status, its summary
//! and its next step are derived from what is in it when it is serialised: the order of the calls that filled it in does not
//! matter.

mod details;
mod fit;
mod measure;
mod record;
mod status;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use self::{
    details::Details,
    fit::LIMIT_BYTES,
    measure::{Measure, Measures},
    status::Status,
};
use crate::{Class, Failure};

/// One run of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The target, once it is known.
    pub target: Option<String>,
    /// Whether the run was to change nothing.
    pub dry_run: bool,
    /// What only this function reports.
    pub details: Details,
    /// What was done, in order.
    pub done: Vec<Item>,
    /// What was left as it was.
    pub kept: Vec<Item>,
    /// What a dry run would have done, in order.
    pub planned: Vec<Item>,
    /// What a later run has to wait for.
    pub waiting: Vec<Waiting>,
    /// Items that failed while the others went on.
    pub failed: Vec<FailedItem>,
    /// What the run measured.
    pub measures: Measures,
    /// AWS calls, each try counted.
    pub api_calls: usize,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
    stopped: Option<Stopped>,
}

/// Why a run ended before it was through.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stopped {
    class: Class,
    message: String,
}

/// One thing that was done, kept or planned, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What.
    pub what: &'static str,
    /// Why.
    pub reason: String,
}

/// One thing that a later run has to wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// What the run waits for.
    #[serde(rename = "for")]
    pub what: String,
    /// What is still missing.
    pub reason: String,
}

impl Waiting {
    /// A wait for this.
    pub fn new(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { what: what.into(), reason: reason.into() }
    }
}

/// One item that failed on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedItem {
    /// The item, by name.
    pub what: String,
    /// Who can do something about it.
    pub class: Class,
    /// What went wrong, and the way out.
    pub reason: String,
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
            stopped: None,
        }
    }

    /// The function, by name.
    pub fn function(&self) -> &'static str {
        self.details.function()
    }

    /// Records an action that has taken effect.
    pub fn did(&mut self, what: &'static str, reason: impl Into<String>) {
        self.done.push(Item { what, reason: reason.into() });
    }

    /// Records what was left as it was.
    pub fn left(&mut self, what: &'static str, reason: impl Into<String>) {
        self.kept.push(Item { what, reason: reason.into() });
    }

    /// Records an action that a dry run did not take.
    pub fn would(&mut self, what: &'static str, reason: impl Into<String>) {
        self.planned.push(Item { what, reason: reason.into() });
    }

    /// Records what a later run has to wait for.
    pub fn waits(&mut self, by: Vec<Waiting>) {
        self.waiting.extend(by);
    }

    /// Records an item that failed while the others go on.
    pub fn item_failed(&mut self, what: impl Into<String>, failure: &Failure) {
        self.failed.push(FailedItem { what: what.into(), class: failure.class(), reason: failure.chain() });
    }

    /// Records why the run ended before it was through.
    pub fn failed(&mut self, failure: &Failure) {
        self.stopped = Some(Stopped { class: failure.class(), message: failure.chain() });
    }

    /// Adds to a measure.
    pub fn measure(&mut self, measure: Measure, amount: u64) {
        self.measures.add(measure, amount);
    }

    /// Adds to a measure the number of things counted.
    pub fn count(&mut self, measure: Measure, things: usize) {
        self.measure(measure, u64::try_from(things).unwrap_or(u64::MAX));
    }

    /// The worst class among the failures of the run and of its items; `None` where nothing failed.
    pub fn failure_class(&self) -> Option<Class> {
        let classes =
            || self.stopped.iter().map(|stopped| stopped.class).chain(self.failed.iter().map(|item| item.class));
        [Class::NeedsHuman, Class::Permanent, Class::Retryable]
            .into_iter()
            .find(|worst| classes().any(|class| class == *worst))
    }

    /// What failed and what to do, in one text that names the target; `None` where nothing failed.
    pub fn failure(&self) -> Option<String> {
        let failure = self.failure_alone()?;
        Some(match &self.target {
            Some(target) if !failure.contains(target.as_str()) => format!("target {target}: {failure}"),
            _ => failure,
        })
    }

    /// What failed and what to do, beside a text that names the target already.
    fn failure_alone(&self) -> Option<String> {
        let mut failures: Vec<String> = self.stopped.iter().map(|stopped| stopped.message.clone()).collect();
        if !self.failed.is_empty() {
            let items = self.failed.iter().map(|item| format!("{}: {}", item.what, item.reason));
            failures.push(format!("{} failed: {}", self.failed.len(), record::first_of(items)));
        }
        (!failures.is_empty()).then(|| failures.join(". "))
    }

    /// What came of the run.
    pub fn status(&self) -> Status {
        status::of(self)
    }
}
