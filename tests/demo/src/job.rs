//! One function, run for one target as its schedule does, until it waits for nothing any more.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::report::JobReport;
use sandbox::{
    Sandbox,
    lambda::{Invocation, InvocationResult},
};

/// Between two runs of a function, where its schedule would have hours.
const EVERY: Duration = Duration::from_millis(700);

/// What sync-connection calls it when it writes somewhere: `write-parameter`, `write-environment`, `write-secret-keys`.
const WRITE: &str = "write-";

/// What sync-connection calls it when it deploys a service anew.
const DEPLOY: &str = "deploy-";

/// What is to be run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    /// The function.
    pub(crate) function: &'static str,
    /// What its invocations are labelled with.
    pub(crate) step: &'static str,
    /// The target.
    pub(crate) target: &'a str,
    /// What it comes to where nothing had to be done.
    pub(crate) when_kept: &'static str,
    /// For how long it is run again.
    pub(crate) patience: Duration,
}

/// Runs it, again while it waits or may succeed later.
pub(crate) async fn run(sandbox: &Sandbox, job: Job<'_>) -> JobReport {
    let began = Instant::now();
    let mut report = JobReport { function: job.function.to_owned(), ..JobReport::default() };
    loop {
        let ended = sandbox.runner.invoke(job.function, &json!({ "target": job.target }), job.step).await;
        let goes_on = note(&mut report, &ended, job.when_kept);
        report.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if !goes_on || began.elapsed() > job.patience {
            return report;
        }
        sleep(EVERY).await;
    }
}

/// Writes down what came of a run; says whether another one may come to more.
fn note(report: &mut JobReport, ended: &Invocation, when_kept: &str) -> bool {
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

/// Where a run of sync-connection wrote what applications read.
pub(crate) fn written(record: &Value) -> Vec<String> {
    about(record, WRITE)
}

/// Which services it deployed anew.
pub(crate) fn deployed(record: &Value) -> Vec<String> {
    about(record, DEPLOY)
}

/// What the actions of this kind were about: their reason begins with its name.
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
    fn a_job_goes_on_while_it_waits_and_adds_up_what_was_done() {
        let mut report = JobReport::default();
        let waiting = json!({
            "status": "waiting", "api_calls": 7,
            "done": [
                { "what": "write-parameter", "reason": "the parameter /redis/url: it holds something else" },
                { "what": "label-parameter", "reason": "the parameter /redis/host: it is not labelled" },
                { "what": "deploy-service", "reason": "the ECS service main/web: its tasks are from before" },
            ],
            "waiting": [{ "for": "the ECS service main/web", "reason": "its deployment has just begun" }],
        });
        assert!(note(&mut report, &returned(waiting), "not-applicable"));
        assert_eq!(
            (report.outcome.as_str(), report.reason.as_deref()),
            ("waiting", Some("its deployment has just begun"))
        );
        assert!(note(&mut report, &failed("Retryable"), "not-applicable"));
        assert_eq!((report.outcome.as_str(), report.reason.as_deref()), ("failed", Some("Retryable: why")));
        let kept = json!({ "status": "kept", "api_calls": 3, "kept": [{ "what": "output", "reason": "it is right" }] });
        assert!(!note(&mut report, &returned(kept), "not-applicable"));
        assert_eq!((report.outcome.as_str(), report.reason, report.api_calls), ("done", None, 10));
        assert_eq!(
            (report.written, report.deployed),
            (vec!["the parameter /redis/url".to_owned()], vec!["the ECS service main/web".to_owned()],)
        );
    }

    #[test]
    fn a_job_ends_where_a_person_is_needed_or_nothing_had_to_be_done() {
        let mut report = JobReport::default();
        let stopped = json!({ "status": "needs-human", "failure": "look first" });
        assert!(
            !note(&mut report, &returned(stopped), "done") && !note(&mut report.clone(), &failed("Permanent"), "done")
        );
        assert_eq!((report.outcome.as_str(), report.reason.as_deref()), ("failed", Some("look first")));
        let kept = json!({ "status": "kept", "kept": [{ "what": "outputs", "reason": "the settings name none" }] });
        assert!(!note(&mut report, &returned(kept), "not-applicable"));
        assert_eq!(report.outcome, "not-applicable");
        assert_eq!(report.reason.as_deref(), Some("the settings name none"));
    }
}
