//! Invokes the compiled functions on a stage, and injects faults into their calls.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use sandbox::{
    faults::Rule,
    lambda::{Function, Invocation, InvocationResult},
};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{Outcome, Stage, program};

/// How often a failing function is invoked, more than Lambda would: each run must leave less to do.
const TRIES: usize = 5;

/// How long a step may take to end, or a fault to be hit.
const PATIENCE: Duration = Duration::from_secs(60);

/// The timeout of a function that is deployed beside `rotate-auth`.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The event of a schedule: only the target.
pub fn scheduled() -> Value {
    json!({ "target": "orders" })
}

impl Stage {
    /// Deploys a function of the product with the default log level.
    pub fn deploy(&self, function: &str, timeout: Duration) {
        self.deploy_with(function, timeout, BTreeMap::new());
    }

    /// Deploys a function of the product that logs everything.
    pub fn deploy_tracing(&self, function: &str, timeout: Duration) {
        self.deploy_with(function, timeout, BTreeMap::from([("RUST_LOG".to_owned(), "trace".to_owned())]));
    }

    /// Deploys a function of the product with these variables in its environment.
    pub fn deploy_with(&self, function: &str, timeout: Duration, environment: BTreeMap<String, String>) {
        let (name, binary) = (function.to_owned(), program(function));
        self.sandbox.runner.add(Function { name, binary, timeout, environment });
    }

    /// Invokes a function with an event.
    pub async fn invoke(&self, function: &str, event: &Value) -> Invocation {
        self.sandbox.runner.invoke(function, event, function).await
    }

    /// Invokes a function with an event and returns its outcome.
    ///
    /// # Panics
    /// The function fails.
    pub async fn outcome_of(&self, function: &str, event: &Value) -> Outcome {
        Outcome::of(self.invoke(function, event).await)
    }

    /// Invokes a function with an event, again while it fails, and returns its last outcome.
    ///
    /// # Panics
    /// The function fails every time.
    pub async fn outcome_with_retries(&self, function: &str, event: &Value) -> Outcome {
        for _ in 0..TRIES {
            let invocation = self.invoke(function, event).await;
            if let InvocationResult::Returned(_) = invocation.result {
                return Outcome::of(invocation);
            }
        }
        panic!("{:?}", self.sandbox.runner.invocations().pop())
    }

    /// Waits until this many invocations with this label have ended. The label is the step of a rotation.
    ///
    /// # Panics
    /// They have not ended within a minute.
    pub async fn ended(&self, label: &str, times: usize) {
        let began = Instant::now();
        while self.sandbox.runner.invocations().iter().filter(|ended| ended.label == label).count() < times {
            assert!(began.elapsed() < PATIENCE, "{label} has not ended {times} times");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Counts the AWS calls and the logins of an invocation.
    pub fn calls_of(&self, invocation: &Invocation) -> (u64, u64) {
        let made =
            self.sandbox.journal.entries().into_iter().filter(|entry| {
                entry.invocation.as_ref().is_some_and(|place| place.request_id == invocation.request_id)
            });
        let (logins, calls): (Vec<_>, Vec<_>) = made.partition(|entry| entry.service == "redis");
        (calls.len() as u64, logins.len() as u64)
    }

    /// Arms a fault.
    pub fn arm(&self, rule: Rule) {
        self.sandbox.faults.arm(rule);
    }

    /// Waits until this many calls have hit a fault.
    ///
    /// # Panics
    /// They have not within a minute.
    pub async fn fired(&self, times: usize) {
        let began = Instant::now();
        while self.sandbox.faults.fired() < times {
            assert!(began.elapsed() < PATIENCE, "{} calls hit a fault, not {times}", self.sandbox.faults.fired());
            sleep(Duration::from_millis(10)).await;
        }
    }
}
