//! What the function is doing to a target, read off the journal and the invocations.

use std::{collections::HashSet, time::Duration};

use serde_json::Value;

use super::{
    FUNCTION,
    progress::{STEPS, StepProgress, StepState},
};
use crate::{
    journal::{CallResult, Entry},
    lambda::{Invocation, InvocationResult},
};

/// The invocations of one target and their calls.
pub(crate) struct Followed {
    ended: Vec<Invocation>,
    entries: Vec<Entry>,
}

impl Followed {
    /// Takes what belongs to the secret with this ARN.
    ///
    /// The first call of an invocation reads the secret it was started for: that tells whose it is while it runs.
    pub(crate) fn of(secret_arn: &str, invocations: Vec<Invocation>, entries: Vec<Entry>) -> Self {
        let ours = |invocation: &Invocation| {
            invocation.function == FUNCTION
                && invocation.event.get("SecretId").and_then(Value::as_str) == Some(secret_arn)
        };
        let ended: Vec<_> = invocations.into_iter().filter(ours).collect();
        let mut requests: HashSet<String> = ended.iter().map(|invocation| invocation.request_id.clone()).collect();
        requests.extend(entries.iter().filter_map(|entry| {
            let about_it = entry.subject.as_deref() == Some(secret_arn);
            entry.invocation.as_ref().filter(|_| about_it).map(|place| place.request_id.clone())
        }));
        let made_by_it = |entry: &Entry| {
            let place = entry.invocation.as_ref();
            place.is_some_and(|place| place.function == FUNCTION && requests.contains(&place.request_id))
        };
        let entries = entries.into_iter().filter(|entry| entry.service != "redis" && made_by_it(entry)).collect();
        Self { ended, entries }
    }

    /// The AWS calls of the function, each try counted.
    pub(crate) fn api_calls(&self) -> usize {
        self.entries.len()
    }

    /// How many invocations have failed.
    pub(crate) fn failures(&self) -> usize {
        self.ended.iter().filter(|invocation| matches!(invocation.result, InvocationResult::Failed { .. })).count()
    }

    /// How far the four steps are.
    pub(crate) fn steps(&self) -> [StepProgress; 4] {
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
            InvocationResult::Returned(record) => (StepState::Done, said(record)),
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
        "GetParameter" => "reads the settings",
        "GetRandomPassword" => "makes a new credential",
        "PutSecretValue" => "keeps the new credential as AWSPENDING",
        "DescribeReplicationGroups" | "DescribeCacheClusters" => "looks at the group, and logs in on every node",
        "ModifyReplicationGroup" => "has the group take the new credential beside the old one",
        "UpdateSecretVersionStage" => "moves AWSCURRENT",
        other => other,
    };
    match &entry.result {
        CallResult::Refused(code) => format!("{words} (answered {code})"),
        _ => words.to_owned(),
    }
}

/// What the function said: what it did, and then what it found to hold. Its outcome record may be missing.
fn said(record: &Value) -> String {
    let texts = |list: &str, key: &str| -> Vec<String> {
        let items = record.get(list).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.get(key)?.as_str().map(str::to_owned)).collect()
    };
    let mut said = texts("actions", "what");
    said.extend(texts("kept", "reason"));
    said.dedup();
    if said.is_empty() { "done".to_owned() } else { said.join("; ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::said;

    #[test]
    fn a_function_is_quoted_with_what_it_did_and_found_and_needs_no_record() {
        let record = json!({
            "actions": [{ "what": "promote", "reason": "every node accepts it" }],
            "kept": [{ "what": "finishSecret", "reason": "it is AWSCURRENT" }],
        });
        assert_eq!(said(&record), "promote; it is AWSCURRENT");
        assert_eq!(said(&json!({ "kept": [{ "what": "setSecret", "reason": "there is one" }] })), "there is one");
        assert_eq!(said(&json!(null)), "done");
    }
}
