//! Which kind of event a function was invoked with.

use policy::Failure;
use serde_json::{Map, Value};

use super::{Event, alarm::Alarm, direct::Direct, eventbridge, read::refused, sns};

impl Event {
    /// Reads an event.
    ///
    /// # Errors
    /// Permanent, naming the field, if the event is of an unknown kind, lacks what its kind has, or has another type there.
    /// Values are never repeated: somebody may have sent a secret.
    pub fn parse(event: &Value) -> Result<Self, Failure> {
        let Value::Object(members) = event else { return Err(refused("it is not a JSON object")) };
        let has = |key: &str| members.contains_key(key);
        if has("target") && is_of_aws(members) {
            return Err(refused("it has a `target`, and is also an event of AWS"));
        }
        // An alarm may come with parts of EventBridge's envelope around its own.
        if has("alarmData") {
            Alarm::of_invocation(event).map(Self::Alarm)
        } else if has("detail-type") {
            eventbridge::parse(event)
        } else if has("target") {
            Direct::parse(members).map(Self::Direct)
        } else if has("Records") {
            sns::parse(event)
        } else {
            Err(refused("this kind of event is not supported"))
        }
    }
    /// The target that a direct invocation names, before anything else of the event is read. It may be any text.
    pub fn named_target(event: &Value) -> Option<&str> {
        let members = event.as_object().filter(|members| !is_of_aws(members))?;
        members.get("target")?.as_str()
    }
}

/// Whether an event has an envelope of AWS.
fn is_of_aws(members: &Map<String, Value>) -> bool {
    ["alarmData", "detail-type", "Records"].into_iter().any(|key| members.contains_key(key))
}
