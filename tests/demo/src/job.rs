//! Runs one function for one target, as its schedule does, until it no longer waits.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::report::JobReport;
use sandbox::{
    Sandbox,
    lambda::{Invocation, InvocationResult},
};

/// The time between two runs of a function; a real schedule has hours.
const EVERY: Duration = Duration::from_millis(700);

/// The prefix of sync-connection's actions that write an output: `write-parameter`, `write-environment`, `write-secret-keys`.
const WRITE: &str = "write-";

/// The prefix of sync-connection's actions that redeploy a service.
const DEPLOY: &str = "deploy-";

/// A function to run until it no longer waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    /// The function.
    pub(crate) function: &'static str,
    /// The label of its invocations.
    pub(crate) step: &'static str,
    /// The target.
    pub(crate) target: &'a str,
    /// The result if there was nothing to do.
    pub(crate) when_kept: &'static str,
    /// How long it may wait or be retried.
    pub(crate) patience: Duration,
}

/// Runs the function, again while it waits or fails with a retryable error.
pub(crate) async fn run(sandbox: &Sandbox, job: Job<'_>) -> JobReport {
    let began = Instant::now();
    let mut report = JobReport { function: job.function.to_owned(), ..JobReport::default() };
    loop {
        let ended = sandbox.runner.invoke(job.function, &json!({ "target": job.target }), job.step).await;
        let runs_again = record(&mut report, &ended, job.when_kept);
        report.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if !runs_again || began.elapsed() > job.patience {
            return report;
        }
        sleep(EVERY).await;
    }
}

/// Records the result of a run; returns whether to run the function again.
fn record(report: &mut JobReport, ended: &Invocation, when_kept: &str) -> bool {
    let record = match &ended.result {
        InvocationResult::Returned(record) => record,
        InvocationResult::Failed { error_type, message } => {
            (report.outcome, report.reason) = ("failed".to_owned(), Some(format!("{error_type}: {message}")));
            return error_type == "Retryable";
        }
    };
    let first = |list: &str| record.get(list)?.get(0)?.get("reason")?.as_str().map(str::to_owned);
    let calls = record.get("api_calls").and_then(Value::as_u64).and_then(|calls| usize::try_from(calls).ok());
    report.api_calls += calls.unwrap_or_default();
    report.written.extend(written(record));
    report.deployed.extend(deployed(record));
    let (outcome, reason) = match record.get("status").and_then(Value::as_str) {
        Some("done") => ("done", None),
        Some("waiting") => ("waiting", first("waiting")),
        Some("kept") if report.written.is_empty() && report.deployed.is_empty() => (when_kept, first("kept")),
        Some("kept") => ("done", None),
        _ => ("failed", record.get("failure").and_then(Value::as_str).map(str::to_owned)),
    };
    (report.outcome, report.reason) = (outcome.to_owned(), reason);
    outcome == "waiting"
}

/// Returns the outputs that a run of sync-connection wrote.
pub(crate) fn written(record: &Value) -> Vec<String> {
    about(record, WRITE)
}

/// Returns the services that a run of sync-connection redeployed.
pub(crate) fn deployed(record: &Value) -> Vec<String> {
    about(record, DEPLOY)
}

/// Returns the subjects of the actions with this prefix: their reason starts with the subject's name.
fn about(record: &Value, kind: &str) -> Vec<String> {
    let text = |action: &Value, key: &str| action.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let actions = record.get("done").and_then(Value::as_array).into_iter().flatten();
    let of_kind = actions.filter(|action| text(action, "what").starts_with(kind));
    of_kind.map(|action| text(action, "reason").split(": ").next().unwrap_or_default().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(record: Value) -> Invocation {
        Invocation {
            request_id: String::new(),
            function: String::new(),
            label: String::new(),
            event: Value::Null,
            result: InvocationResult::Returned(record),
            logs: String::new(),
            duration_ms: 0,
            cold: false,
        }
    }

    fn failed(error_type: &str) -> Invocation {
        let result = InvocationResult::Failed { error_type: error_type.to_owned(), message: "why".to_owned() };
        Invocation { result, ..returned(Value::Null) }
    }

    #[test]
    fn a_job_runs_again_while_it_waits_and_adds_up_what_was_done() {
        let mut report = JobReport::default();
        let waiting = json!({
            "status": "waiting", "api_calls": 7,
            "done": [
                { "what": "write-parameter", "reason": "the parameter /redis/url: it has another value" },
                { "what": "label-parameter", "reason": "the parameter /redis/host: it is not labelled" },
                { "what": "deploy-service", "reason": "the ECS service main/web: its tasks are from before" },
            ],
            "waiting": [{ "for": "the ECS service main/web", "reason": "its deployment has just begun" }],
        });
        assert!(record(&mut report, &returned(waiting), "not-applicable"));
        assert_eq!(
            (report.outcome.as_str(), report.reason.as_deref()),
            ("waiting", Some("its deployment has just begun"))
        );
        assert!(record(&mut report, &failed("Retryable"), "not-applicable"));
        assert_eq!((report.outcome.as_str(), report.reason.as_deref()), ("failed", Some("Retryable: why")));
        let kept = json!({ "status": "kept", "api_calls": 3, "kept": [{ "what": "output", "reason": "it is right" }] });
        assert!(!record(&mut report, &returned(kept), "not-applicable"));
        assert_eq!((report.outcome.as_str(), report.reason, report.api_calls), ("done", None, 10));
        assert_eq!(
            (report.written, report.deployed),
            (vec!["the parameter /redis/url".to_owned()], vec!["the ECS service main/web".to_owned()],)
        );
    }

    #[test]
    fn a_job_ends_if_a_person_is_needed_or_there_is_nothing_to_do() {
        let mut report = JobReport::default();
        let stopped = json!({ "status": "needs-human", "failure": "look first" });
        assert!(
            !record(&mut report, &returned(stopped), "done")
                && !record(&mut report.clone(), &failed("Permanent"), "done")
        );
        assert_eq!((report.outcome.as_str(), report.reason.as_deref()), ("failed", Some("look first")));
        let kept = json!({ "status": "kept", "kept": [{ "what": "outputs", "reason": "the settings name none" }] });
        assert!(!record(&mut report, &returned(kept), "not-applicable"));
        assert_eq!(report.outcome, "not-applicable");
        assert_eq!(report.reason.as_deref(), Some("the settings name none"));
    }
}
