//! The task of a schedule, which invokes its target at the scheduled times.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Expression;
use crate::{
    chance, clock,
    delivery::{Order, Queue},
};

/// A target with its input, and when to invoke it.
#[derive(Clone, Debug)]
pub(super) struct Work {
    /// The ARN of the schedule.
    pub(super) arn: String,
    pub(super) function: String,
    /// The input of the target. Without one, the function gets an event about the schedule.
    pub(super) input: Option<Value>,
    pub(super) expression: Expression,
}

impl Work {
    /// Invokes the function at each scheduled time, and returns after the last one.
    pub(super) async fn run(self, queue: Queue) {
        each_time(self.expression.clone(), || self.invoke(&queue)).await;
    }

    fn invoke(&self, queue: &Queue) {
        let now = clock::now();
        let payload = match &self.input {
            Some(input) => fill(input, &self.arn, now),
            None => scheduled_event(&self.arn, now),
        };
        queue.deliver(Order { kind: "schedule".to_owned(), function: self.function.clone(), payload });
    }
}

/// Calls `act` at each scheduled time, and returns after the last one. A rate has no last one.
pub(crate) async fn each_time(expression: Expression, mut act: impl FnMut()) {
    match expression {
        Expression::At(time) => {
            sleep_until(time).await;
            act();
        }
        Expression::Rate(every) => {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            // The first tick is immediate.
            ticks.tick().await;
            loop {
                ticks.tick().await;
                act();
            }
        }
        Expression::Cron(cron, zone) => {
            let mut last = clock::now();
            while let Some(next) = cron.next(last, &zone) {
                sleep_until(next).await;
                act();
                // The clock can be a moment behind the timer.
                last = next.max(clock::now());
            }
        }
    }
}

async fn sleep_until(time: Timestamp) {
    sleep(Duration::try_from(time.duration_since(clock::now())).unwrap_or_default()).await;
}

/// The event of a schedule without an input. `detail` is a string, as public reports show.
fn scheduled_event(arn: &str, now: Timestamp) -> Value {
    let mut arn_parts = arn.split(':').skip(3);
    let (region, account) = (arn_parts.next().unwrap_or_default(), arn_parts.next().unwrap_or_default());
    json!({
        "version": "0",
        "id": chance::uuid().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": region,
        "resources": [arn],
        "detail": "{}",
    })
}

/// Replaces Scheduler's context attributes in an input.
///
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>
fn fill(input: &Value, arn: &str, now: Timestamp) -> Value {
    match input {
        Value::String(text) => {
            let time = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let text = text.replace("<aws.scheduler.schedule-arn>", arn);
            let text = text.replace("<aws.scheduler.scheduled-time>", &time);
            let text = text.replace("<aws.scheduler.execution-id>", &chance::uuid().to_string());
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

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_cron_expression_acts_at_each_of_its_times_and_ends_with_the_last() {
        clock::set("2026-11-30T09:00:00Z".parse().unwrap());
        let expression = Expression::parse("cron(30 3 1-3 12 ? 2026)", &TimeZone::UTC).unwrap();
        let mut times = Vec::new();
        let ends = each_time(expression, || times.push(clock::now().strftime("%F %R").to_string()));
        timeout(Duration::from_secs(4 * 86_400), ends).await.unwrap();
        assert_eq!(times, ["2026-12-01 03:30", "2026-12-02 03:30", "2026-12-03 03:30"]);
    }

    #[test]
    fn a_schedule_without_an_input_sends_an_event_that_names_it() {
        let arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly";
        let event = scheduled_event(arn, Timestamp::UNIX_EPOCH);
        assert_eq!(
            (event["detail-type"].as_str(), event["source"].as_str()),
            (Some("Scheduled Event"), Some("aws.scheduler"))
        );
        assert_eq!(
            (&event["resources"][0], &event["account"], &event["region"]),
            (&json!(arn), &json!("123456789012"), &json!("us-east-1"))
        );
    }
}
