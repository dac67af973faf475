//! The schedule of a rule, which sends an event to the rule's targets at its times.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>

use std::sync::{Arc, Weak};

use jiff::tz::TimeZone;
use tokio::task::AbortHandle;

use super::{EventBridge, errors::validation};
use crate::{
    services::scheduler::{Expression, each_time},
    wire::AwsError,
};

/// The schedule of a rule. Dropping it stops it; deliveries in progress continue.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The expression as the caller wrote it.
    pub(super) text: String,
    task: AbortHandle,
}

impl Drop for Schedule {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Schedule {
    /// Starts the schedule of a rule: `rate(…)`, or `cron(…)` in UTC.
    pub(super) fn start(bus: &Arc<EventBridge>, rule: &str, text: &str) -> Result<Self, AwsError> {
        let expression = match Expression::parse(text, &TimeZone::UTC) {
            Ok(expression @ (Expression::Rate(_) | Expression::Cron(..))) => expression,
            Ok(Expression::At(_)) | Err(_) => return Err(validation("Parameter ScheduleExpression is not valid.")),
        };
        let (weak, rule): (Weak<EventBridge>, _) = (Arc::downgrade(bus), rule.to_owned());
        let send = move || weak.upgrade().iter().for_each(|bus| bus.send_scheduled(&rule));
        Ok(Self { text: text.to_owned(), task: bus.queue.spawn(each_time(expression, send)) })
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use serde_json::{Value, json};
    use tokio::time::sleep;

    use super::*;
    use crate::{
        clock,
        delivery::{EventTiming, Events},
        faults::Faults,
        lambda::{Here, Runner},
        services::{eventbridge::DESCRIPTION, lambda},
        wire::Call,
    };

    fn call(bus: &Arc<EventBridge>, operation: &str, input: Value) {
        EventBridge::call(bus, &Call::new(&DESCRIPTION, operation, "person", input)).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_targets_of_a_rule_get_an_event_at_its_times_while_it_is_enabled() {
        clock::set("2026-11-30T09:00:00Z".parse().unwrap());
        let runner = Arc::new(Runner::new(Arc::new(Faults::default()), BTreeMap::new()));
        runner.add_here("f", Here::new(Duration::from_secs(10), |_| Box::pin(async { Ok(json!(null)) })));
        let events = Events::new(runner, EventTiming::default());
        let bus = &events.eventbridge;
        call(bus, "PutRule", json!({ "Name": "nightly", "ScheduleExpression": "cron(0 3 ? * TUE-SAT *)" }));
        call(bus, "PutTargets", json!({ "Rule": "nightly", "Targets": [{ "Id": "1", "Arn": lambda::arn("f") }] }));
        let days = |count: u64| sleep(Duration::from_secs(count * 86_400));
        days(2).await;
        call(bus, "DisableRule", json!({ "Name": "nightly" }));
        days(1).await;
        call(bus, "EnableRule", json!({ "Name": "nightly" }));
        days(1).await;
        let payloads: Vec<_> = events.deliveries().into_iter().map(|delivery| delivery.payload).collect();
        let times: Vec<_> = payloads.iter().map(|payload| payload["time"].as_str().unwrap()).collect();
        assert_eq!(times, ["2026-12-01T03:00:00Z", "2026-12-02T03:00:00Z", "2026-12-04T03:00:00Z"]);
        let first = &payloads[0];
        assert_eq!((&first["source"], &first["detail-type"]), (&json!("aws.events"), &json!("Scheduled Event")));
        assert_eq!(first["resources"], json!(["arn:aws:events:us-east-1:123456789012:rule/nightly"]));
        events.stop();
    }
}
