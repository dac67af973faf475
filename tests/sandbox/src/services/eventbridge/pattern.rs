//! Event patterns, which select the events of a rule.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html>

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

/// A pattern: the fields that an event must have, and their allowed values.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Map<String, Value>);

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// EventBridge rejects it, or it uses an operator that the sandbox does not support.
    pub(super) fn parse(pattern: &Value) -> anyhow::Result<Self> {
        let names = pattern.as_object().context("an event pattern is an object")?;
        ensure!(!names.is_empty(), "an event pattern must not be empty");
        check(names)?;
        Ok(Self(names.clone()))
    }

    /// Whether an event matches.
    pub(super) fn matches(&self, event: &Value) -> bool {
        within(&self.0, event)
    }
}

fn check(names: &Map<String, Value>) -> anyhow::Result<()> {
    for (name, wanted) in names {
        match wanted {
            Value::Object(inner) if !inner.is_empty() => check(inner)?,
            Value::Array(choices) if !choices.is_empty() => {
                for choice in choices {
                    check_choice(choice).with_context(|| format!("`{name}` in the event pattern is invalid"))?;
                }
            }
            _ => bail!("`{name}` in the event pattern must be an object or a non-empty array"),
        }
    }
    Ok(())
}

fn check_choice(choice: &Value) -> anyhow::Result<()> {
    let Value::Object(comparison) = choice else {
        ensure!(!choice.is_array(), "an array must not contain an array");
        return Ok(());
    };
    let only = comparison.iter().next().filter(|_| comparison.len() == 1);
    match only {
        Some((how, Value::String(_))) if how == "prefix" || how == "suffix" => Ok(()),
        Some((how, Value::Bool(_))) if how == "exists" => Ok(()),
        Some((how, Value::Array(others))) if how == "anything-but" && others.iter().all(Value::is_string) => Ok(()),
        _ => bail!("the sandbox supports the operators prefix, suffix, exists, and anything-but with strings"),
    }
}

fn within(names: &Map<String, Value>, event: &Value) -> bool {
    names.iter().all(|(name, wanted)| {
        let found = event.get(name);
        match wanted {
            // In an array of objects, one must match.
            Value::Object(inner) => match found {
                Some(Value::Array(items)) => items.iter().any(|item| within(inner, item)),
                found => found.is_some_and(|found| within(inner, found)),
            },
            Value::Array(choices) => choices.iter().any(|choice| is(choice, found)),
            _ => false,
        }
    })
}

/// Whether an allowed value matches the value of the event. In an array, one item must match.
fn is(choice: &Value, found: Option<&Value>) -> bool {
    if let Some(exists) = choice.get("exists").and_then(Value::as_bool) {
        return exists == found.is_some();
    }
    match found {
        None => false,
        Some(Value::Array(items)) => items.iter().any(|item| equals(choice, item)),
        Some(one) => equals(choice, one),
    }
}

fn equals(choice: &Value, found: &Value) -> bool {
    let Value::Object(comparison) = choice else { return choice == found };
    comparison.iter().all(|(how, with)| match (how.as_str(), with, found) {
        ("prefix", Value::String(start), Value::String(text)) => text.starts_with(start),
        ("suffix", Value::String(end), Value::String(text)) => text.ends_with(end),
        ("anything-but", Value::Array(others), found) => !others.contains(found),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({
            "source": "aws.ssm",
            "detail-type": "Parameter Store Change",
            "resources": ["arn:one", "arn:two"],
            "detail": {
                "name": "/app/redis/url",
                "operation": "Update",
                "containers": [{ "exitCode": 0 }, { "exitCode": 137 }],
            },
        })
    }

    #[test]
    fn a_pattern_matches_only_events_with_the_fields_and_values_in_it() {
        let cases = [
            (json!({ "source": ["aws.ssm"] }), true),
            (json!({ "source": ["aws.ecs", "aws.ssm"] }), true),
            (json!({ "source": ["aws.ecs"] }), false),
            (json!({ "resources": ["arn:two"] }), true),
            (json!({ "resources": ["arn:three"] }), false),
            (json!({ "detail": { "containers": { "exitCode": [137] } } }), true),
            (json!({ "detail": { "containers": { "exitCode": [1] } } }), false),
            (json!({ "source": ["aws.ssm"], "detail": { "operation": ["Create"] } }), false),
            (json!({ "detail": { "name": [{ "prefix": "/app/" }], "operation": ["Update"] } }), true),
            (json!({ "detail": { "name": [{ "prefix": "/other/" }] } }), false),
            (json!({ "detail": { "name": [{ "suffix": "/url" }] } }), true),
            (json!({ "detail": { "operation": [{ "anything-but": ["Update"] }] } }), false),
            (json!({ "detail": { "operation": [{ "anything-but": ["Delete"] }] } }), true),
            (json!({ "detail": { "description": [{ "exists": false }] } }), true),
            (json!({ "detail": { "description": [{ "exists": true }] } }), false),
            (json!({ "detail": { "name": { "inner": ["x"] } } }), false),
        ];
        for (pattern, matches) in cases {
            assert_eq!(Pattern::parse(&pattern).unwrap().matches(&event()), matches, "{pattern}");
        }
    }

    #[test]
    fn an_invalid_pattern_is_rejected() {
        let bad = [
            json!([]),
            json!({}),
            json!({ "source": "aws.ssm" }),
            json!({ "source": [] }),
            json!({ "detail": {} }),
            json!({ "source": [["aws.ssm"]] }),
            json!({ "source": [{ "wildcard": "aws.*" }] }),
            json!({ "source": [{ "prefix": "a", "suffix": "b" }] }),
        ];
        for pattern in bad {
            assert!(Pattern::parse(&pattern).is_err(), "{pattern}");
        }
    }
}
