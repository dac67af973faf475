//! The record of each run: a log line with its outcome, from which CloudWatch also reads metrics.
//!
//! The line is in embedded metric format: no call, no permission, and every field can be queried.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use policy::outcome::{Outcome, Status};
use serde_json::{Value, json};

/// The target of the event that is the record of a run. [`crate::log`] writes its message, which is JSON, as it is.
pub const TARGET: &str = "outcome_record";

/// The namespace of every metric.
pub const NAMESPACE: &str = "RedisLifecycle";

/// Builds the line of one run: the outcome under `outcome`, and beside it what the metrics are read from.
///
/// - `Duration` (milliseconds), `ApiCalls`, and each measure of the outcome, such as `Logins`
/// - `Done`, `Kept`, `Waiting`, `Retryable`, `Permanent`, `NeedsHuman`: 1 for the status of the run, 0 for the others, so
///   that an alarm on any of them has data at every run
/// - `ActionRequired`: 1 if a person must act (`Permanent` or `NeedsHuman`), and 0 after a run that shows that nobody has to. A run
///   that is to be tried again, a dry run, a run that left its event, and a step of a rotation that is not the last one show
///   nothing of the kind, and write neither
///
/// Dimensions are `Function` alone, and `Function` with `Target`.
///
/// Put the alarm on `ActionRequired` with both dimensions, `Maximum >= 1` for one period of 60 s, and `TreatMissingData:
/// ignore`: without data, between runs, it keeps its state, so that it goes to ALARM once, and to OK with the first run
/// that writes 0.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html>
pub fn line(outcome: &Outcome, now: SystemTime) -> Value {
    let timestamp = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis();
    let metrics = metrics(outcome);
    let definitions: Vec<Value> =
        metrics.iter().map(|Metric { name, unit, .. }| json!({ "Name": name, "Unit": unit })).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": u64::try_from(timestamp).unwrap_or(u64::MAX),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Function"], ["Function", "Target"]],
                "Metrics": definitions,
            }],
        },
        "Function": outcome.function(),
        "Target": outcome.target.as_deref().unwrap_or("unknown"),
        "outcome": outcome,
    });
    for Metric { name, number, .. } in metrics {
        line[name] = json!(number);
    }
    line
}

/// One metric of a run.
struct Metric {
    name: &'static str,
    unit: &'static str,
    number: u64,
}

fn metrics(outcome: &Outcome) -> Vec<Metric> {
    let count = |name, number| Metric { name, unit: "Count", number };
    let mut metrics = vec![
        Metric { name: "Duration", unit: "Milliseconds", number: outcome.duration_ms },
        count("ApiCalls", u64::try_from(outcome.api_calls).unwrap_or(u64::MAX)),
    ];
    let measures = outcome.measures.iter();
    metrics.extend(measures.map(|(measure, number)| Metric { name: measure.metric(), unit: measure.unit(), number }));
    let status = outcome.status();
    metrics.extend(Status::ALL.map(|(each, name)| count(name, u64::from(each == status))));
    if status.requires_action() || outcome.shows_recovery() {
        metrics.push(count("ActionRequired", u64::from(status.requires_action())));
    }
    metrics
}

/// Writes the line of one run to the log, as the message of an event of [`TARGET`].
pub fn write(outcome: &Outcome, now: SystemTime) {
    tracing::info!(target: TARGET, "{}", line(outcome, now));
}

#[cfg(test)]
mod tests {
    use policy::{
        Failure,
        outcome::{Details, Measure},
        rotation::Step,
    };

    use super::*;

    #[test]
    fn the_line_has_the_form_that_cloudwatch_reads() {
        let mut outcome = Outcome::new(Details::Rotation { step: Some(Step::Set) });
        outcome.target = Some("koneksi-prod".to_owned());
        outcome.failed(&Failure::retryable("time is up"));
        outcome.count(Measure::Logins, 2);
        (outcome.api_calls, outcome.duration_ms) = (7, 1234);
        insta::assert_json_snapshot!(line(&outcome, UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
    }

    #[test]
    fn every_metric_that_is_declared_has_a_number() {
        for details in [
            Details::Rotation { step: None },
            Details::Retirement { failed_logins: Vec::new() },
            Details::Connection {},
        ] {
            let line = line(&Outcome::new(details), UNIX_EPOCH);
            for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
                let name = metric["Name"].as_str().unwrap();
                assert!(line[name].is_u64(), "{name}");
            }
        }
    }

    #[test]
    fn only_the_last_step_of_a_rotation_ends_the_need_for_action() {
        let after = |step, failure: Option<Failure>| {
            let mut outcome = Outcome::new(Details::Rotation { step: Some(step) });
            failure.iter().for_each(|failure| outcome.failed(failure));
            line(&outcome, UNIX_EPOCH)["ActionRequired"].clone()
        };
        for step in Step::ALL {
            assert_eq!(after(step, Some(Failure::needs_human("look"))), json!(1), "{step}");
            assert_eq!(after(step, None), if step == Step::Finish { json!(0) } else { Value::Null }, "{step}");
        }
    }

    #[test]
    fn a_run_that_left_its_event_or_was_dry_does_not_end_the_need_for_action() {
        let mut left = Outcome::new(Details::Connection {});
        left.left_event("it is about another label");
        let mut dry = Outcome::new(Details::Connection {});
        dry.dry_run = true;
        for outcome in [left, dry] {
            assert_eq!(line(&outcome, UNIX_EPOCH)["ActionRequired"], Value::Null, "{outcome:?}");
        }
    }

    #[test]
    fn action_is_required_exactly_after_a_run_that_only_a_person_can_help() {
        let after = |failure: Option<Failure>| {
            let mut outcome = Outcome::new(Details::Connection {});
            failure.iter().for_each(|failure| outcome.failed(failure));
            line(&outcome, UNIX_EPOCH)["ActionRequired"].clone()
        };
        assert_eq!((after(None), after(Some(Failure::retryable("busy")))), (json!(0), Value::Null));
        assert_eq!(
            (after(Some(Failure::permanent("no tag"))), after(Some(Failure::needs_human("look")))),
            (json!(1), json!(1))
        );
    }
}
