//! The record of one run: what was done, kept, refused, and why.

use serde::Serialize;

use crate::{Failure, login::FailedLogin, rotation::Step};

/// One run of a function. It is logged once, and alarms read it: its keys only ever grow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The function.
    pub function: &'static str,
    /// The target, once it was known.
    pub target: Option<String>,
    /// The rotation step, where there is one.
    pub step: Option<Step>,
    /// What came of the run.
    pub outcome: Verdict,
    /// What was done, in order.
    pub actions: Vec<Item>,
    /// What was left as it was.
    pub kept: Vec<Item>,
    /// What would have been done, in order, in a dry run.
    pub planned: Vec<Item>,
    /// What holds the run back until a later one.
    pub waiting: Vec<Waiting>,
    /// Logins that the nodes have refused since the previous credential was taken away.
    pub failed_logins: Vec<FailedLogin>,
    /// Whether nothing was to be changed.
    pub dry_run: bool,
    /// Why the run failed, and what to do; `None` where it did not.
    pub failure: Option<String>,
    /// AWS calls, each try counted.
    pub api_calls: usize,
    /// Logins, each node counted each time it was asked.
    pub logins: usize,
    /// How long the run took, in milliseconds.
    pub duration_ms: u64,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// Something was done, and nothing is left to do.
    Done,
    /// Nothing had to be done.
    Kept,
    /// Something is to be done, and something else comes first.
    Waiting,
    /// It failed, and may succeed later.
    Retryable,
    /// It failed, and will until something is put right.
    Permanent,
    /// It stopped, and a person must look.
    NeedsHuman,
}

/// One thing that was done or left, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What.
    pub what: &'static str,
    /// Why.
    pub reason: String,
}

/// One thing that holds a run back, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// What is waited for.
    #[serde(rename = "for")]
    pub what: String,
    /// What has not come of it yet.
    pub reason: String,
}

impl Waiting {
    /// A wait for this.
    pub fn new(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { what: what.into(), reason: reason.into() }
    }
}

impl Outcome {
    /// The record of a run that has just begun.
    pub fn new(function: &'static str) -> Self {
        Self {
            function,
            target: None,
            step: None,
            outcome: Verdict::Kept,
            actions: Vec::new(),
            kept: Vec::new(),
            planned: Vec::new(),
            waiting: Vec::new(),
            failed_logins: Vec::new(),
            dry_run: false,
            failure: None,
            api_calls: 0,
            logins: 0,
            duration_ms: 0,
        }
    }

    /// Writes down an action that has happened.
    pub fn did(&mut self, what: &'static str, reason: impl Into<String>) {
        self.actions.push(Item { what, reason: reason.into() });
        self.outcome = Verdict::Done;
    }

    /// Writes down what was left as it was.
    pub fn left(&mut self, what: &'static str, reason: impl Into<String>) {
        self.kept.push(Item { what, reason: reason.into() });
    }

    /// Writes down an action that a dry run has left undone.
    pub fn would(&mut self, what: &'static str, reason: impl Into<String>) {
        self.planned.push(Item { what, reason: reason.into() });
    }

    /// Writes down what a later run has to wait for.
    pub fn waits(&mut self, by: Vec<Waiting>) {
        self.waiting.extend(by);
        self.outcome = Verdict::Waiting;
    }

    /// Writes down why the run failed.
    pub fn failed(&mut self, failure: &Failure) {
        self.outcome = match failure.class() {
            crate::Class::Retryable => Verdict::Retryable,
            crate::Class::Permanent => Verdict::Permanent,
            crate::Class::NeedsHuman => Verdict::NeedsHuman,
        };
        self.failure = Some(failure.chain());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_on_the_wire_is_this() {
        let mut outcome = Outcome::new("rotate-auth");
        outcome.target = Some("koneksi-prod".to_owned());
        outcome.step = Some(Step::Set);
        outcome.left("previous credential", "retire-credential takes it away");
        outcome.did("add-pending", "no node accepts AWSPENDING yet");
        outcome.would("remove-previous", "the overlap is over");
        outcome.waits(vec![Waiting::new("overlap", "60 s are left")]);
        outcome.failed_logins.push(FailedLogin {
            node: "orders-001".to_owned(),
            client: "10.0.0.7:51234".to_owned(),
            username: Some("default".to_owned()),
            count: 3,
            last_ms: 1_700_000_000_000,
        });
        outcome.failed(&Failure::retryable("time is up").because("the group is modifying"));
        insta::assert_json_snapshot!(outcome);
    }
}
