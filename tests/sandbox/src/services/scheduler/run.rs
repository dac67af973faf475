//! A schedule at work: it invokes its target whenever it is time.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use super::Expression;
use crate::events::{Order, Queue};

/// What is invoked, and with what.
#[derive(Clone, Debug)]
pub(super) struct Work {
    /// The ARN of the schedule.
    pub(super) arn: String,
    pub(super) function: String,
    pub(super) input: Value,
    pub(super) expression: Expression,
}

impl Work {
    /// Invokes the function whenever it is time. It returns after the last time; with a rate there is none.
    pub(super) async fn run(self, queue: Queue) {
        match self.expression {
            Expression::At(time) => {
                sleep(Duration::try_from(time.duration_since(Timestamp::now())).unwrap_or_default()).await;
                self.invoke(&queue);
            }
            Expression::Rate(every) => {
                let mut ticks = interval(every);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                // The first tick is now.
                ticks.tick().await;
                loop {
                    ticks.tick().await;
                    self.invoke(&queue);
                }
            }
        }
    }

    fn invoke(&self, queue: &Queue) {
        let payload = fill(&self.input, &self.arn, Timestamp::now());
        queue.deliver(Order { kind: "schedule".to_owned(), function: self.function.clone(), payload });
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
