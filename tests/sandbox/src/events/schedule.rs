//! Schedules, as EventBridge Scheduler keeps them.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use super::{bus::Events, delivery::Order};
use crate::services::{ACCOUNT, REGION};

/// One schedule.
#[derive(Debug)]
pub(super) struct Schedule {
    name: String,
    function: String,
    input: Value,
    every: Duration,
}

impl Schedule {
    /// A schedule with a name of its own.
    pub(super) fn new(function: &str, input: &Value, every: Duration) -> Self {
        let name = format!("{function}-{}", Uuid::new_v4());
        Self { name, function: function.to_owned(), input: input.clone(), every }
    }

    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{}", self.name)
    }

    /// Invokes the function whenever it is time; it never returns.
    pub(super) async fn keep(self, events: &Events) {
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick is now.
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let payload = fill(&self.input, &self.arn(), Timestamp::now());
            events.deliver(Order { kind: "schedule".to_owned(), function: self.function.clone(), payload });
        }
    }
}

/// The input with Scheduler's context attributes in it.
///
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
fn fill(input: &Value, arn: &str, now: Timestamp) -> Value {
    match input {
        Value::String(text) => {
            let time = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let text = text.replace("<aws.scheduler.schedule-arn>", arn);
            let text = text.replace("<aws.scheduler.scheduled-time>", &time);
            let text = text.replace("<aws.scheduler.execution-id>", &Uuid::new_v4().to_string());
            text.replace("<aws.scheduler.attempt-number>", "1").into()
        }
        Value::Array(items) => items.iter().map(|item| fill(item, arn, now)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), fill(value, arn, now)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
