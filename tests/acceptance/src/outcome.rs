//! The outcome of a run, as a function returns it. No other file of the tests knows its keys.

use std::fmt;

use sandbox::lambda::{Invocation, InvocationResult};
use serde_json::Value;

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome(Value);

/// A list in an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// What the run did.
    Done,
    /// What a dry run would do.
    Planned,
    /// What it left unchanged.
    Kept,
    /// What it waits for.
    Waiting,
}

impl List {
    /// Returns the key of the list, and the key of an entry's subject.
    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::Done => ("done", "what"),
            Self::Planned => ("planned", "what"),
            Self::Kept => ("kept", "what"),
            Self::Waiting => ("waiting", "for"),
        }
    }
}

impl Outcome {
    /// Reads the outcome that an invocation returned.
    ///
    /// # Panics
    /// The invocation failed, or the outcome contradicts itself.
    pub fn of(invocation: Invocation) -> Self {
        match invocation.result {
            InvocationResult::Returned(outcome) => Self(outcome).checked(),
            InvocationResult::Failed { .. } => panic!("{invocation:?}"),
        }
    }

    /// Reads the outcome that an invocation logged, and the metrics on the same line.
    ///
    /// # Panics
    /// The invocation logged no outcome, or more than one, or a line that is not JSON, or the outcome contradicts itself.
    pub fn logged(invocation: &Invocation) -> (Self, Value) {
        let lines = invocation.logs.lines().filter(|line| !line.is_empty());
        let lines = lines.map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")));
        let mut records: Vec<Value> = lines.filter(|line: &Value| line.get("_aws").is_some()).collect();
        assert_eq!(records.len(), 1, "{}", invocation.logs);
        let line = records.remove(0);
        (Self(line["outcome"].clone()).checked(), line)
    }

    /// Checks that no output is reported both as written and as kept.
    fn checked(self) -> Self {
        let place = |reason: &str| reason.split(": ").next().unwrap_or_default().to_owned();
        let done: Vec<String> = self.entries(List::Done).into_iter().map(|(_, reason)| place(reason)).collect();
        for (what, reason) in self.entries(List::Kept) {
            assert!(what != "output" || !done.contains(&place(reason)), "{} is done and kept: {self}", place(reason));
        }
        self
    }

    /// Returns the status: `done`, `kept`, `waiting`, or the class of the failure: `retryable`, `permanent`, `needs-human`.
    pub fn status(&self) -> &str {
        self.0["status"].as_str().unwrap_or_default()
    }

    /// The name of the target.
    pub fn target(&self) -> Option<&str> {
        self.0["target"].as_str()
    }

    /// Returns the message of the failure, if the run failed.
    pub fn failure(&self) -> Option<&str> {
        self.0["failure"].as_str()
    }

    /// Returns what the outcome says to do next, if anything.
    pub fn next_step(&self) -> Option<&str> {
        self.0["next_step"].as_str()
    }

    /// Returns the step, if the run is one of a rotation.
    pub fn step(&self) -> Option<&str> {
        self.0["step"].as_str()
    }

    /// Whether it was a dry run.
    pub fn is_dry_run(&self) -> bool {
        self.0["dry_run"] == true
    }

    /// The entries of a list: their subjects and reasons.
    ///
    /// # Panics
    /// The outcome does not have the list, or an entry is incomplete.
    pub fn entries(&self, list: List) -> Vec<(&str, &str)> {
        let (list, subject) = list.keys();
        fn text(value: &Value) -> &str {
            value.as_str().expect("an entry has a subject and a reason")
        }
        let all = self.0[list].as_array().expect("an outcome has every list");
        all.iter().map(|entry| (text(&entry[subject]), text(&entry["reason"]))).collect()
    }

    /// The subjects of a list: what was done, kept or waited for.
    pub fn subjects(&self, list: List) -> Vec<&str> {
        self.entries(list).into_iter().map(|(subject, _)| subject).collect()
    }

    /// The actions that the run took.
    pub fn done(&self) -> Vec<&str> {
        self.subjects(List::Done)
    }

    /// The actions that a dry run would take.
    pub fn planned(&self) -> Vec<&str> {
        self.subjects(List::Planned)
    }

    /// What the run left unchanged.
    pub fn kept(&self) -> Vec<&str> {
        self.subjects(List::Kept)
    }

    /// What the run waits for.
    pub fn waiting_for(&self) -> Vec<&str> {
        self.subjects(List::Waiting)
    }

    /// The actions of a list, each with the subject at the start of its reason: `deploy-service the ECS service main/web`.
    pub fn actions_at(&self, list: List) -> Vec<String> {
        let place = |reason: &str| reason.split(':').next().unwrap_or_default().to_owned();
        self.entries(list).into_iter().map(|(action, reason)| format!("{action} {}", place(reason))).collect()
    }

    /// How many logins the run made.
    pub fn logins(&self) -> Option<u64> {
        self.0["measures"]["logins"].as_u64()
    }

    /// How many AWS calls the run made.
    pub fn api_calls(&self) -> Option<u64> {
        self.0["api_calls"].as_u64()
    }

    /// How long the run took, in milliseconds.
    pub fn duration_ms(&self) -> Option<u64> {
        self.0["duration_ms"].as_u64()
    }

    /// The name of the snapshot that the run is about, if it names one.
    pub fn snapshot(&self) -> Option<&str> {
        self.0["snapshot"].as_str()
    }

    /// How far that snapshot is verified, if the run found out.
    pub fn verified(&self) -> Option<&str> {
        self.0["verified"].as_str()
    }

    /// What becomes of each snapshot: its name, the action and the reasons.
    ///
    /// # Panics
    /// The function does not report it.
    pub fn judged(&self) -> Vec<(&str, &str, String)> {
        let all = self.0["snapshots"].as_array().expect("the outcome reports snapshots");
        all.iter()
            .map(|entry| {
                let reasons = entry["reasons"].as_array().into_iter().flatten().filter_map(Value::as_str);
                let reasons: Vec<&str> = reasons.collect();
                let text = |key: &str| entry[key].as_str().expect("an entry has a name and an action");
                (text("snapshot"), text("action"), reasons.join("; "))
            })
            .collect()
    }

    /// The failed logins from the ACL logs of the nodes.
    ///
    /// # Panics
    /// The function does not report them.
    pub fn failed_logins(&self) -> &[Value] {
        self.0["failed_logins"].as_array().expect("the outcome reports failed logins")
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returns the class of the error that an invocation failed with, or `none`.
pub fn class(result: &InvocationResult) -> &str {
    match result {
        InvocationResult::Returned(_) => "none",
        InvocationResult::Failed { error_type, .. } => error_type,
    }
}
