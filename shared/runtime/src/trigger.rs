//! What invokes a function that looks after a target: an event, a schedule or a person.

use policy::Failure;
use serde::Deserialize;
use serde_json::Value;

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

/// A direct invocation, and the input of a schedule of EventBridge Scheduler.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Direct {
    target: String,
    #[serde(default)]
    dry_run: bool,
}

/// What EventBridge puts around every event.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
#[derive(Deserialize)]
struct Envelope {
    source: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    resources: Vec<String>,
    detail: Value,
}

/// The detail of `Secret Label Updated`.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LabelUpdated {
    label_updated: String,
}

impl Trigger {
    /// Reads an event, whichever it is.
    ///
    /// # Errors
    /// Permanent, naming the field, where it is of a kind that is not known, or lacks what its kind has.
    pub fn parse(event: Value) -> Result<Self, Failure> {
        match &event {
            Value::Object(members) if members.contains_key("detail-type") => Self::from_event_bridge(event),
            Value::Object(members) if members.contains_key("target") => Self::direct(event),
            _ => Err(Failure::permanent(format!("this is no event that is known here; {FORMS}"))),
        }
    }

    fn direct(event: Value) -> Result<Self, Failure> {
        let Direct { target: name, dry_run } = serde_json::from_value(event)
            .map_err(|error| Failure::permanent(format!("the event is refused ({error}); {FORMS}")))?;
        if name.is_empty() {
            return Err(Failure::permanent("the event's `target` is empty; give the target's name"));
        }
        Ok(Self::Target { name, dry_run })
    }

    fn from_event_bridge(event: Value) -> Result<Self, Failure> {
        let Envelope { source, detail_type, resources, detail } = serde_json::from_value(event)
            .map_err(|error| Failure::permanent(format!("this is no event of EventBridge ({error})")))?;
        match (source.as_str(), detail_type.as_str()) {
            ("aws.secretsmanager", "Secret Label Updated") => {
                let LabelUpdated { label_updated: label } = serde_json::from_value(detail)
                    .map_err(|error| Failure::permanent(format!("the event's `detail` is refused: {error}")))?;
                match <[String; 1]>::try_from(resources) {
                    Ok([secret_id]) if secret_id.starts_with("arn:") => Ok(Self::SecretLabel { secret_id, label }),
                    _ => Err(Failure::permanent("the event's `resources` is not the ARN of one secret")),
                }
            }
            ("aws.scheduler", _) => Err(Failure::permanent(format!(
                "this is the event of a schedule that has no input of its own; give the schedule the input \
                 {{\"target\":\"NAME\"}}. {FORMS}"
            ))),
            (source, detail_type) => {
                let failure = format!("events {detail_type:?} of {source:?} are not known here; {FORMS}");
                Err(Failure::permanent(failure))
            }
        }
    }
}

/// What there is to send.
const FORMS: &str = "send {\"target\":\"NAME\"}, with \"dry_run\":true to change nothing, or the event \"Secret Label \
                     Updated\" of Secrets Manager";
