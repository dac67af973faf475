//! `PutRule` and the other operations on rules.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    EventBridge, State,
    errors::{check_bus, next_token, no_rule, page_size, validation},
    pattern::Pattern,
    schedule::Schedule,
    targets::Target,
};
use crate::{
    services::{ACCOUNT, REGION, page::page},
    wire::{Answer, AwsError, Call},
};

/// A rule.
#[derive(Debug)]
pub(super) struct Rule {
    /// The pattern, and how the caller wrote it.
    pattern: Option<(Pattern, String)>,
    schedule: Option<Schedule>,
    description: Option<String>,
    pub(super) enabled: bool,
    pub(super) targets: Vec<Target>,
}

impl Rule {
    /// Creates an enabled rule without targets.
    pub(super) fn new(pattern: Option<(Pattern, String)>, schedule: Option<Schedule>) -> Self {
        Self { pattern, schedule, description: None, enabled: true, targets: Vec::new() }
    }

    /// Whether its pattern matches an event.
    pub(super) fn matches(&self, event: &Value) -> bool {
        self.pattern.as_ref().is_some_and(|(pattern, _)| pattern.matches(event))
    }

    fn render(&self, name: &str) -> Value {
        let mut rule = json!({
            "Name": name,
            "Arn": arn(name),
            "State": if self.enabled { "ENABLED" } else { "DISABLED" },
            "EventBusName": "default",
        });
        if let Some((_, text)) = &self.pattern {
            rule["EventPattern"] = text.as_str().into();
        }
        if let Some(schedule) = &self.schedule {
            rule["ScheduleExpression"] = schedule.text.as_str().into();
        }
        if let Some(description) = &self.description {
            rule["Description"] = description.as_str().into();
        }
        rule
    }
}

impl State {
    /// The rule with this name.
    pub(super) fn rule(&mut self, name: &str, bus: Option<&str>) -> Result<&mut Rule, AwsError> {
        check_bus(bus)?;
        self.rules.get_mut(name).ok_or_else(|| no_rule(name))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutRule {
    name: String,
    event_pattern: Option<String>,
    schedule_expression: Option<String>,
    state: Option<String>,
    description: Option<String>,
    event_bus_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Named {
    name: String,
    event_bus_name: Option<String>,
    #[serde(rename = "Force")]
    _force: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListRules {
    name_prefix: Option<String>,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// Creates a rule, or replaces it but keeps its targets.
pub(super) fn put(this: &Arc<EventBridge>, call: &Call) -> Result<Answer, AwsError> {
    let input: PutRule = call.input()?;
    check_bus(input.event_bus_name.as_deref())?;
    let name = input.name;
    let legal = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
        return Err(validation(format!("Name {name:?} does not satisfy the pattern [\\.\\-_A-Za-z0-9]+ (64 at most)")));
    }
    if input.event_pattern.is_none() && input.schedule_expression.is_none() {
        return Err(validation("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    let pattern = input.event_pattern.map(read_pattern).transpose()?;
    let enabled = match input.state.as_deref() {
        None | Some("ENABLED") => true,
        Some("DISABLED") => false,
        Some(other) => return Err(validation(format!("State must be ENABLED or DISABLED, not {other}"))),
    };
    let schedule = input.schedule_expression.map(|text| Schedule::start(this, &name, &text)).transpose()?;
    let state = &mut *this.state();
    let targets = state.rules.remove(&name).map(|rule| rule.targets).unwrap_or_default();
    let rule = Rule { description: input.description, enabled, targets, ..Rule::new(pattern, schedule) };
    let answer = json!({ "RuleArn": arn(&name) });
    state.rules.insert(name, rule);
    Ok(Answer::json(answer))
}

fn read_pattern(text: String) -> Result<(Pattern, String), AwsError> {
    let pattern = serde_json::from_str(&text).map_err(anyhow::Error::from).and_then(|pattern| Pattern::parse(&pattern));
    let pattern = pattern.map_err(|error| {
        AwsError::new("InvalidEventPatternException", format!("Event pattern is not valid. Reason: {error:#}"))
    })?;
    Ok((pattern, text))
}

/// Describes a rule.
pub(super) fn describe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let Named { name, event_bus_name, .. } = call.input()?;
    Ok(Answer::json(state.rule(&name, event_bus_name.as_deref())?.render(&name)))
}

/// Enables a rule.
pub(super) fn enable(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let Named { name, event_bus_name, .. } = call.input()?;
    state.rule(&name, event_bus_name.as_deref())?.enabled = true;
    Ok(Answer::empty())
}

/// Disables a rule.
pub(super) fn disable(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let Named { name, event_bus_name, .. } = call.input()?;
    state.rule(&name, event_bus_name.as_deref())?.enabled = false;
    Ok(Answer::empty())
}

/// Deletes a rule without targets. Deleting a rule that does not exist has no effect.
pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let Named { name, event_bus_name, .. } = call.input()?;
    check_bus(event_bus_name.as_deref())?;
    if state.rules.get(&name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(validation("Rule can't be deleted since it has targets."));
    }
    state.rules.remove(&name);
    Ok(Answer::empty())
}

/// Lists the rules, by name.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: ListRules = call.input()?;
    check_bus(input.event_bus_name.as_deref())?;
    let prefix = input.name_prefix.unwrap_or_default();
    let rules = state.rules.iter().filter(|(name, _)| name.starts_with(&prefix));
    let rules = rules.map(|(name, rule)| rule.render(name)).collect();
    let (rules, next) = page(rules, page_size(input.limit)?, input.next_token.as_deref()).ok_or_else(next_token)?;
    let mut answer = json!({ "Rules": rules });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(Answer::json(answer))
}

/// The ARN of a rule.
pub(super) fn arn(name: &str) -> String {
    format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}")
}
