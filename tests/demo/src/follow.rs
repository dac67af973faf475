//! What the functions are doing to a target, read off the journal and the invocations.

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

/// Under this name the functions find the settings of a target.
const SETTINGS: &str = "/redis-lifecycle/targets/";

/// The invocations of one target and their calls.
pub(crate) struct Followed {
    ended: Vec<Invocation>,
    entries: Vec<Entry>,
}

impl Followed {
    /// Takes what belongs to a target, and to its secret with this ARN.
    ///
    /// The first call of an invocation reads the secret or the settings that it was started for: that tells whose it is
    /// while it runs.
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

    /// The AWS calls of the rotation, each try counted.
    pub(crate) fn api_calls(&self) -> usize {
        let rotates = |entry: &&Entry| entry.invocation.as_ref().is_some_and(|place| place.function == ROTATE);
        self.entries.iter().filter(rotates).count()
    }

    /// How many invocations of the rotation have failed.
    pub(crate) fn failures(&self) -> usize {
        self.failed().count()
    }

    /// What the last of them said.
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

    /// How far the steps are.
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
            InvocationResult::Returned(record) => (state(record), said(record)),
            InvocationResult::Failed { error_type, message } => (StepState::Failed, format!("{error_type}: {message}")),
        };
        StepProgress { state, says, tries: ended.len(), took }
    }

    /// The newest call of an invocation for this step that has not ended.
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

/// What a call is for, in words.
fn doing(entry: &Entry) -> String {
    let words = match entry.operation.as_str() {
        "DescribeSecret" | "GetSecretValue" => "reads the secret",
        "GetParameterHistory" => "reads the settings",
        "GetParameter" if is_about_settings(entry) => "reads the settings",
        "GetParameter" => "looks at what is published",
        "LabelParameterVersion" if is_about_settings(entry) => "takes note that the settings are in effect",
        "PutParameter" | "LabelParameterVersion" => "publishes the new credential",
        "UpdateFunctionConfiguration" => "writes the environment of a function",
        "UpdateService" => "deploys a service anew",
        "GetRandomPassword" => "makes a new credential",
        "PutSecretValue" => "keeps the new credential as AWSPENDING",
        "DescribeReplicationGroups" | "DescribeCacheClusters" => "looks at the group, and logs in on every node",
        "DescribeUsers" | "DescribeUserGroups" => "looks at the user and its caches",
        "DescribeServerlessCaches" => "looks at the cache, and logs in",
        "ListTasks" | "DescribeTasks" | "DescribeServices" => "looks at the tasks, and logs in on each",
        "GetFunctionConfiguration" => "looks at the functions that log in",
        "ModifyUser" => "has the user take the change",
        "ModifyReplicationGroup" => "has the group take the change",
        "UpdateSecretVersionStage" => "moves a label",
        other => other,
    };
    match &entry.result {
        CallResult::Refused(code) => format!("{words} (answered {code})"),
        _ => words.to_owned(),
    }
}

fn is_about_settings(entry: &Entry) -> bool {
    entry.subject.as_deref().is_some_and(|name| name.starts_with(SETTINGS))
}

/// How far a step is whose function has returned this.
fn state(record: &Value) -> StepState {
    match record.get("status").and_then(Value::as_str) {
        Some("waiting") => StepState::Running,
        Some("permanent" | "needs-human") => StepState::Failed,
        _ => StepState::Done,
    }
}

/// What the function said: what it did, and then what it found to hold. Its outcome record may be missing.
fn said(record: &Value) -> String {
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

/// What sync-connection did, by name; where that is nothing, what any function would say.
fn published(record: &Value) -> String {
    let of = |verb: &str, names: Vec<String>| (!names.is_empty()).then(|| format!("{verb} {}", names.join(", ")));
    let did = [of("wrote", job::written(record)), of("deployed", job::deployed(record))];
    let mut did: Vec<String> = did.into_iter().flatten().collect();
    if did.is_empty() || state(record) != StepState::Done {
        did.push(said(&without_actions(record)));
    }
    did.join("; ")
}

/// What a record says beside what was done.
fn without_actions(record: &Value) -> Value {
    let mut record = record.clone();
    record.as_object_mut().map(|record| record.remove("done"));
    record
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{published, said};

    #[test]
    fn a_publication_is_told_by_the_names_of_what_was_written_and_deployed() {
        let record = json!({
            "status": "done",
            "done": [
                { "what": "write-parameter", "reason": "the parameter /redis/password: it holds another value" },
                { "what": "write-parameter", "reason": "the parameter /redis/url: it holds another value" },
                { "what": "deploy-service", "reason": "the ECS service main/web: its tasks are from before" },
            ],
            "kept": [{ "what": "output", "reason": "the parameter /redis/url: it is up to date" }],
        });
        let told = "wrote the parameter /redis/password, the parameter /redis/url; deployed the ECS service main/web";
        assert_eq!(published(&record), told);
        let kept = json!({ "status": "kept", "kept": [{ "what": "outputs", "reason": "the settings name none" }] });
        assert_eq!(published(&kept), "the settings name none");
        let mut failed = record;
        (failed["status"], failed["failure"]) = ("needs-human".into(), "it does not become stable".into());
        assert!(published(&failed).starts_with(told) && published(&failed).ends_with("it does not become stable"));
    }

    #[test]
    fn a_function_is_quoted_with_what_it_did_and_found_and_needs_no_record() {
        let record = json!({
            "done": [{ "what": "promote", "reason": "every node accepts it" }],
            "kept": [{ "what": "finishSecret", "reason": "it is AWSCURRENT" }],
        });
        assert_eq!(said(&record), "promote; it is AWSCURRENT");
        assert_eq!(said(&json!({ "kept": [{ "what": "setSecret", "reason": "there is one" }] })), "there is one");
        assert_eq!(said(&json!(null)), "done");
    }
}
