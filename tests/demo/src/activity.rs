//! What the functions are doing to a target, from the journal and the invocations.

use std::{collections::HashSet, time::Duration};

use policy::Target;
use serde_json::Value;

use super::{
    RETIRE, ROTATE, SYNC, job,
    progress::{PUBLICATION, STEPS, StepProgress, StepState},
};
use sandbox::{
    journal::{CallResult, Entry},
    lambda::{Invocation, InvocationResult},
};

/// The path of the settings parameters.
const SETTINGS: &str = "/redis-lifecycle/targets/";

/// The invocations for one target, and their calls.
pub(crate) struct Activity {
    ended: Vec<Invocation>,
    entries: Vec<Entry>,
}

impl Activity {
    /// Selects the invocations and calls for a target and its secret.
    ///
    /// The first call of an invocation reads its secret or its settings, which tells its target while it runs.
    pub(crate) fn of(target: &Target, secret_arn: &str, invocations: Vec<Invocation>, entries: Vec<Entry>) -> Self {
        let settings = format!("{SETTINGS}{}", target.name);
        let ours = |invocation: &Invocation| {
            let says = |key: &str| invocation.event.get(key).and_then(Value::as_str);
            match invocation.function.as_str() {
                ROTATE => says("SecretId") == Some(secret_arn),
                SYNC | RETIRE => says("target") == Some(target.name.as_str()),
                _ => false,
            }
        };
        let ended: Vec<_> = invocations.into_iter().filter(ours).collect();
        let mut requests: HashSet<String> = ended.iter().map(|invocation| invocation.request_id.clone()).collect();
        requests.extend(entries.iter().filter_map(|entry| {
            let about_it = entry.subject.as_deref().is_some_and(|subject| subject == secret_arn || subject == settings);
            entry.invocation.as_ref().filter(|_| about_it).map(|place| place.request_id.clone())
        }));
        let made_by_it = |entry: &Entry| {
            let place = entry.invocation.as_ref();
            place.is_some_and(|place| requests.contains(&place.request_id))
        };
        let entries = entries.into_iter().filter(|entry| !entry.principal.is_empty() && made_by_it(entry)).collect();
        Self { ended, entries }
    }

    /// Counts the AWS calls of the rotation, including retries.
    pub(crate) fn api_calls(&self) -> usize {
        let rotates = |entry: &&Entry| entry.invocation.as_ref().is_some_and(|place| place.function == ROTATE);
        self.entries.iter().filter(rotates).count()
    }

    /// Counts the failed invocations of the rotation.
    pub(crate) fn failures(&self) -> usize {
        self.failed().count()
    }

    /// Returns the error of the last failed invocation.
    pub(crate) fn last_failure(&self) -> Option<String> {
        self.failed().last()
    }

    fn failed(&self) -> impl Iterator<Item = String> {
        self.ended.iter().filter(|invocation| invocation.function == ROTATE).filter_map(|invocation| match &invocation
            .result
        {
            InvocationResult::Failed { error_type, message } => Some(format!("{error_type}: {message}")),
            InvocationResult::Returned(_) => None,
        })
    }

    /// Returns the state of each step.
    pub(crate) fn steps(&self) -> [StepProgress; 6] {
        STEPS.map(|step| self.step(step))
    }

    fn step(&self, step: &str) -> StepProgress {
        let ended: Vec<_> = self.ended.iter().filter(|invocation| invocation.label == step).collect();
        let took = ended.iter().map(|invocation| Duration::from_millis(invocation.duration_ms)).sum();
        if let Some(entry) = self.running(step) {
            return StepProgress { state: StepState::Running, says: doing(entry), tries: ended.len() + 1, took };
        }
        let Some(last) = ended.last() else { return StepProgress::default() };
        let (state, says) = match &last.result {
            InvocationResult::Returned(record) if step == PUBLICATION => (state(record), published(record)),
            InvocationResult::Returned(record) => (state(record), summary(record)),
            InvocationResult::Failed { error_type, message } => (StepState::Failed, format!("{error_type}: {message}")),
        };
        StepProgress { state, says, tries: ended.len(), took }
    }

    /// Returns the latest call of a running invocation for this step.
    fn running(&self, step: &str) -> Option<&Entry> {
        let entry = self
            .entries
            .iter()
            .rev()
            .find(|entry| entry.invocation.as_ref().is_some_and(|place| place.label == step))?;
        let request_id = &entry.invocation.as_ref()?.request_id;
        self.ended.iter().all(|invocation| invocation.request_id != *request_id).then_some(entry)
    }
}

/// Describes the purpose of a call.
fn doing(entry: &Entry) -> String {
    let words = match entry.operation.as_str() {
        "DescribeSecret" | "GetSecretValue" => "reads the secret",
        "GetParameterHistory" => "reads the settings",
        "GetParameter" if is_about_settings(entry) => "reads the settings",
        "GetParameter" => "reads what is published",
        "LabelParameterVersion" if is_about_settings(entry) => "labels the settings as current",
        "PutParameter" | "LabelParameterVersion" => "publishes the new credential",
        "UpdateFunctionConfiguration" => "updates the environment of a Lambda function",
        "UpdateService" => "redeploys an ECS service",
        "GetRandomPassword" => "generates a new credential",
        "PutSecretValue" => "stores the new credential as AWSPENDING",
        "DescribeReplicationGroups" | "DescribeCacheClusters" => "describes the group and logs in to every node",
        "DescribeUsers" | "DescribeUserGroups" => "describes the user and its caches",
        "DescribeServerlessCaches" => "describes the cache and logs in",
        "ListTasks" | "DescribeTasks" | "DescribeServices" => "describes the tasks and logs in to each",
        "GetFunctionConfiguration" => "reads the configuration of a consumer",
        "ModifyUser" => "changes the passwords of the user",
        "ModifyReplicationGroup" => "changes the AUTH token of the group",
        "UpdateSecretVersionStage" => "moves a staging label",
        other => other,
    };
    match &entry.result {
        CallResult::Refused(code) => format!("{words} (refused with {code})"),
        _ => words.to_owned(),
    }
}

fn is_about_settings(entry: &Entry) -> bool {
    entry.subject.as_deref().is_some_and(|name| name.starts_with(SETTINGS))
}

/// Returns the state of a step whose function returned this outcome.
fn state(record: &Value) -> StepState {
    match record.get("status").and_then(Value::as_str) {
        Some("waiting") => StepState::Running,
        Some("permanent" | "needs-human") => StepState::Failed,
        _ => StepState::Done,
    }
}

/// Summarises an outcome: what was done, kept and waited for, and the failure. The outcome may be missing.
fn summary(record: &Value) -> String {
    let texts = |list: &str, key: &str| -> Vec<String> {
        let items = record.get(list).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.get(key)?.as_str().map(str::to_owned)).collect()
    };
    let mut said = texts("done", "what");
    said.extend(texts("kept", "reason"));
    said.extend(texts("waiting", "reason"));
    said.extend(record.get("failure").and_then(Value::as_str).map(str::to_owned));
    said.dedup();
    if said.is_empty() { "done".to_owned() } else { said.join("; ") }
}

/// Summarises an outcome of sync-connection: the names of what it wrote and redeployed, if anything.
fn published(record: &Value) -> String {
    let of = |verb: &str, names: Vec<String>| (!names.is_empty()).then(|| format!("{verb} {}", names.join(", ")));
    let did = [of("wrote", job::written(record)), of("redeployed", job::deployed(record))];
    let mut did: Vec<String> = did.into_iter().flatten().collect();
    if did.is_empty() || state(record) != StepState::Done {
        did.push(summary(&without_actions(record)));
    }
    did.join("; ")
}

/// Returns the outcome without its list of actions.
fn without_actions(record: &Value) -> Value {
    let mut record = record.clone();
    record.as_object_mut().map(|record| record.remove("done"));
    record
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{published, summary};

    #[test]
    fn a_publication_names_what_was_written_and_redeployed() {
        let record = json!({
            "status": "done",
            "done": [
                { "what": "write-parameter", "reason": "the parameter /redis/password: it has another value" },
                { "what": "write-parameter", "reason": "the parameter /redis/url: it has another value" },
                { "what": "deploy-service", "reason": "the ECS service main/web: its tasks are from before" },
            ],
            "kept": [{ "what": "output", "reason": "the parameter /redis/url: it is up to date" }],
        });
        let told = "wrote the parameter /redis/password, the parameter /redis/url; redeployed the ECS service main/web";
        assert_eq!(published(&record), told);
        let kept = json!({ "status": "kept", "kept": [{ "what": "outputs", "reason": "the settings name none" }] });
        assert_eq!(published(&kept), "the settings name none");
        let mut failed = record;
        (failed["status"], failed["failure"]) = ("needs-human".into(), "it does not become stable".into());
        assert!(published(&failed).starts_with(told) && published(&failed).ends_with("it does not become stable"));
    }

    #[test]
    fn an_outcome_is_summarised_and_may_be_missing() {
        let record = json!({
            "done": [{ "what": "promote", "reason": "every node accepts it" }],
            "kept": [{ "what": "finishSecret", "reason": "it is AWSCURRENT" }],
        });
        assert_eq!(summary(&record), "promote; it is AWSCURRENT");
        assert_eq!(summary(&json!({ "kept": [{ "what": "setSecret", "reason": "there is one" }] })), "there is one");
        assert_eq!(summary(&json!(null)), "done");
    }
}
