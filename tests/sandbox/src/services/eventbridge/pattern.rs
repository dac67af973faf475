//! Event patterns: which events a rule is about.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html>

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

/// A pattern: names that an event must have, and what may stand there.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Map<String, Value>);

impl Pattern {
    /// Reads a pattern, as a rule of EventBridge has it.
    ///
    /// # Errors
    /// EventBridge refuses it, or it uses a comparison that the sandbox does not have.
    pub(super) fn parse(pattern: &Value) -> anyhow::Result<Self> {
        let names = pattern.as_object().context("an event pattern is an object")?;
        ensure!(!names.is_empty(), "an event pattern must not be empty");
        check(names)?;
        Ok(Self(names.clone()))
    }

    /// Whether an event is meant.
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
                    check_choice(choice).with_context(|| format!("the event pattern's `{name}` is refused"))?;
                }
            }
            _ => bail!("the event pattern's `{name}` must be an object or a non-empty array"),
        }
    }
    Ok(())
}

fn check_choice(choice: &Value) -> anyhow::Result<()> {
    let Value::Object(comparison) = choice else {
        ensure!(!choice.is_array(), "an array stands in an array");
        return Ok(());
    };
    let only = comparison.iter().next().filter(|_| comparison.len() == 1);
    match only {
        Some((how, Value::String(_))) if how == "prefix" || how == "suffix" => Ok(()),
        Some((how, Value::Bool(_))) if how == "exists" => Ok(()),
        Some((how, Value::Array(others))) if how == "anything-but" && others.iter().all(Value::is_string) => Ok(()),
        _ => bail!("the sandbox compares with prefix, suffix, exists, and anything-but of strings"),
    }
}

fn within(names: &Map<String, Value>, event: &Value) -> bool {
    names.iter().all(|(name, wanted)| {
        let found = event.get(name);
        match wanted {
            // Of a list of objects that was found, one object is enough.
            Value::Object(inner) => match found {
                Some(Value::Array(items)) => items.iter().any(|item| within(inner, item)),
                found => found.is_some_and(|found| within(inner, found)),
            },
            Value::Array(choices) => choices.iter().any(|choice| is(choice, found)),
            _ => false,
        }
    })
}

/// Whether a choice is what was found; of a list that was found, one item is enough.
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
    fn a_pattern_matches_what_it_names_and_nothing_else() {
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
    fn a_pattern_that_is_none_is_refused() {
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
