//! The one record that each run leaves: a log line with its outcome, which CloudWatch also reads metrics from.
//!
//! The line is in embedded metric format: no call, no permission, and every field can be queried.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::{
    io::{self, Write},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use policy::outcome::Outcome;
use serde_json::{Value, json};

/// The namespace of every metric.
pub const NAMESPACE: &str = "RedisLifecycle";

/// Builds the line of one run: the outcome under `outcome`, and beside it what the metrics are read from.
///
/// - `Duration` (milliseconds), `ApiCalls`, `Logins`
/// - `FailedLogins`: what the nodes have refused since the previous credential was taken away
/// - `Done`, `Kept`, `Waiting`, `Retryable`, `Permanent`, `NeedsHuman`: 1 for what came of the run, 0 for the others, so that an
///   alarm on any of them has data at every run
///
/// Dimensions are `Function` alone, and `Function` with `Target`.
pub fn line(outcome: &Outcome, now: SystemTime) -> Value {
    let timestamp = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis();
    let record = serde_json::to_value(outcome).unwrap_or_default();
    let mut metrics =
        vec![("Duration", "Milliseconds"), ("ApiCalls", "Count"), ("Logins", "Count"), ("FailedLogins", "Count")];
    metrics.extend(VERDICTS.map(|(name, _)| (name, "Count")));
    let definitions: Vec<Value> = metrics.iter().map(|(name, unit)| json!({ "Name": name, "Unit": unit })).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": u64::try_from(timestamp).unwrap_or(u64::MAX),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Function"], ["Function", "Target"]],
                "Metrics": definitions,
            }],
        },
        "Function": outcome.function,
        "Target": outcome.target.as_deref().unwrap_or("unknown"),
        "Duration": outcome.duration_ms,
        "ApiCalls": outcome.api_calls,
        "Logins": outcome.logins,
        "FailedLogins": outcome.failed_logins.iter().map(|login| login.count).sum::<u64>(),
    });
    for (name, word) in VERDICTS {
        line[name] = json!(u8::from(record["outcome"] == word));
    }
    line["outcome"] = record;
    line
}

/// Each verdict as a metric, and as the outcome spells it.
const VERDICTS: [(&str, &str); 6] = [
    ("Done", "done"),
    ("Kept", "kept"),
    ("Waiting", "waiting"),
    ("Retryable", "retryable"),
    ("Permanent", "permanent"),
    ("NeedsHuman", "needs-human"),
];

/// Writes the line of one run to standard output.
pub fn write(outcome: &Outcome) {
    let line = line(outcome, SystemTime::now());
    // Standard output that is closed is no reason to fail a rotation.
    let _ = writeln!(io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use policy::{Failure, rotation::Step};

    use super::*;

    #[test]
    fn the_line_has_the_form_that_cloudwatch_reads() {
        let mut outcome = Outcome::new("rotate-auth");
        outcome.target = Some("koneksi-prod".to_owned());
        outcome.step = Some(Step::Set);
        outcome.failed(&Failure::retryable("time is up"));
        (outcome.api_calls, outcome.logins, outcome.duration_ms) = (7, 2, 1234);
        insta::assert_json_snapshot!(line(&outcome, UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
    }

    #[test]
    fn every_metric_that_is_declared_has_a_number() {
        let line = line(&Outcome::new("rotate-auth"), UNIX_EPOCH);
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap();
            assert!(line[name].is_u64(), "{name}");
        }
    }
}
