//! What invokes a function that looks after a target: an event, a schedule or a person.

use policy::Failure;
use serde_json::{Map, Value};

/// What to look at. It never says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A target by its name, from a schedule or a person.
    Target {
        /// The target's name.
        name: String,
        /// Whether nothing is to be changed.
        dry_run: bool,
    },
    /// A secret of which a staging label has moved; its tag says which target it belongs to, if any.
    SecretLabel {
        /// The secret's ARN.
        secret_id: String,
        /// The label.
        label: String,
    },
}

/// What there is to send.
const FORMS: &str = "Send {\"target\":\"NAME\"}, with \"dry_run\":true to change nothing, or the event \"Secret Label \
                     Updated\" of Secrets Manager";

impl Trigger {
    /// Reads an event, whichever it is.
    ///
    /// # Errors
    /// Permanent, naming the field, where it is of a kind that is not known, lacks what its kind has, or, sent by a person or
    /// a schedule, has more. Values are not repeated: somebody may have sent a secret.
    pub fn parse(event: &Value) -> Result<Self, Failure> {
        match event {
            Value::Object(members) if members.contains_key("detail-type") => from_event_bridge(members),
            Value::Object(members) if members.contains_key("target") => direct(members),
            _ => Err(refused("it is of no kind that is known here")),
        }
    }
}

/// A direct invocation, and the input of a schedule of EventBridge Scheduler.
fn direct(members: &Map<String, Value>) -> Result<Trigger, Failure> {
    let name = members.get("target").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| refused("its `target` is not a target's name"))?;
    let dry_run = match members.get("dry_run") {
        None => false,
        Some(Value::Bool(dry_run)) => *dry_run,
        Some(_) => return Err(refused("its `dry_run` is neither true nor false")),
    };
    if members.len() > 1 + usize::from(members.contains_key("dry_run")) {
        return Err(refused("it has more than `target` and `dry_run`"));
    }
    Ok(Trigger::Target { name: name.to_owned(), dry_run })
}

/// An event of EventBridge, which names the secret by its ARN as the one resource that it is about.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
fn from_event_bridge(members: &Map<String, Value>) -> Result<Trigger, Failure> {
    let text = |key: &str| members.get(key).and_then(Value::as_str).unwrap_or_default();
    match (text("source"), text("detail-type")) {
        ("aws.secretsmanager", "Secret Label Updated") => {}
        ("aws.scheduler", _) => {
            return Err(refused(
                "it is that of a schedule without an input of its own; give the schedule the input {\"target\":\"NAME\"}",
            ));
        }
        _ => return Err(refused("its `source` and `detail-type` are not known here")),
    }
    let label = members.get("detail").and_then(|detail| detail.get("labelUpdated")).and_then(Value::as_str);
    let label = label.ok_or_else(|| refused("it has no `detail.labelUpdated`"))?;
    let secret_id = match members.get("resources").and_then(Value::as_array).map(Vec::as_slice) {
        Some([Value::String(arn)]) if arn.starts_with("arn:") => arn,
        _ => return Err(refused("its `resources` is not the ARN of one secret")),
    };
    Ok(Trigger::SecretLabel { secret_id: secret_id.clone(), label: label.to_owned() })
}

fn refused(why: &str) -> Failure {
    Failure::permanent(format!("the event is refused: {why}. {FORMS}"))
}
