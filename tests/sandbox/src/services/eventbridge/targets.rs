//! `PutTargets`, `RemoveTargets` and `ListTargetsByRule`: the functions that a rule invokes.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html>

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    State,
    errors::{next_token, page_size, too_many_targets, validation},
};
use crate::{
    services::{lambda, page::page},
    wire::{Answer, AwsError, Call},
};

/// The maximum number of targets of a rule.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html>
const MOST: usize = 5;

/// A target of a rule.
#[derive(Clone, Debug)]
pub(super) struct Target {
    id: String,
    arn: String,
    /// The name of the function.
    pub(super) function: String,
    /// The payload of the function instead of the event.
    pub(super) input: Option<Value>,
}

impl Target {
    /// The function with this name, which gets the event unchanged.
    pub(super) fn function(name: &str) -> Self {
        Self { id: name.to_owned(), arn: lambda::arn(name), function: name.to_owned(), input: None }
    }

    fn render(&self) -> Value {
        let mut target = json!({ "Id": self.id, "Arn": self.arn });
        if let Some(input) = &self.input {
            target["Input"] = input.to_string().into();
        }
        target
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutTargets {
    rule: String,
    event_bus_name: Option<String>,
    targets: Vec<GivenTarget>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct GivenTarget {
    id: String,
    arn: String,
    input: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RemoveTargets {
    rule: String,
    event_bus_name: Option<String>,
    ids: Vec<String>,
    #[serde(rename = "Force")]
    _force: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListTargetsByRule {
    rule: String,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// Adds targets to a rule. A target with an existing id replaces the old one.
pub(super) fn put(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: PutTargets = call.input()?;
    let rule = state.rule(&input.rule, input.event_bus_name.as_deref())?;
    if input.targets.is_empty() {
        return Err(validation("Targets must have at least one member."));
    }
    let mut targets = rule.targets.clone();
    for target in input.targets {
        let target = read(target)?;
        targets.retain(|other| other.id != target.id);
        targets.push(target);
    }
    if targets.len() > MOST {
        return Err(too_many_targets());
    }
    rule.targets = targets;
    Ok(Answer::json(json!({ "FailedEntryCount": 0, "FailedEntries": [] })))
}

fn read(GivenTarget { id, arn, input }: GivenTarget) -> Result<Target, AwsError> {
    let function = lambda::name_of(&arn).ok_or_else(|| {
        validation(format!("Parameter {arn} is not valid. Reason: the sandbox supports only functions as targets."))
    })?;
    let input = input.map(|text| serde_json::from_str(&text)).transpose();
    let input = input.map_err(|_| validation(format!("JSON syntax error in input for target {id}")))?;
    Ok(Target { function: function.to_owned(), id, arn, input })
}

/// Removes targets. Removing an id that does not exist has no effect.
pub(super) fn remove(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: RemoveTargets = call.input()?;
    let rule = state.rule(&input.rule, input.event_bus_name.as_deref())?;
    rule.targets.retain(|target| !input.ids.contains(&target.id));
    Ok(Answer::json(json!({ "FailedEntryCount": 0, "FailedEntries": [] })))
}

/// Lists the targets of a rule.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListTargetsByRule = call.input()?;
    let rule = state.rule(&input.rule, input.event_bus_name.as_deref())?;
    let targets = rule.targets.iter().map(Target::render).collect();
    let (targets, next) = page(targets, page_size(input.limit)?, input.next_token.as_deref()).ok_or_else(next_token)?;
    let mut answer = json!({ "Targets": targets });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}
