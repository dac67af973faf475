//! `PutEvents`, which sends custom events.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    EventBridge,
    errors::{check_bus, validation},
    event::envelope,
};
use crate::{
    clock,
    wire::{Answer, AwsError, Call},
};

/// The maximum number of events in one call.
const MOST: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PutEvents {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    /// Seconds since the epoch.
    time: Option<f64>,
    source: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

/// Sends events. A rejected event is reported in the response; the others are sent.
pub(super) fn put(this: &EventBridge, call: &Call) -> Result<Answer, AwsError> {
    let input: PutEvents = call.input()?;
    if !(1..=MOST).contains(&input.entries.len()) {
        return Err(validation("Entries must have from 1 to 10 members."));
    }
    let mut failed = 0;
    let entries: Vec<Value> = input
        .entries
        .into_iter()
        .map(|entry| match event(entry) {
            Ok(event) => {
                let id = event["id"].clone();
                this.send(event);
                json!({ "EventId": id })
            }
            Err((code, message)) => {
                failed += 1;
                json!({ "ErrorCode": code, "ErrorMessage": message })
            }
        })
        .collect();
    Ok(Answer::json(json!({ "FailedEntryCount": failed, "Entries": entries })))
}

/// Creates the event of an entry. The error is a code and a message.
fn event(entry: Entry) -> Result<Value, (&'static str, String)> {
    let required = |value: Option<String>, name: &str| {
        let message = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
        value.filter(|value| !value.is_empty()).ok_or(("InvalidArgument", message))
    };
    let source = required(entry.source, "Source")?;
    let detail_type = required(entry.detail_type, "DetailType")?;
    let detail = required(entry.detail, "Detail")?;
    if source.starts_with("aws.") {
        return Err(("NotAuthorizedForSourceException", "Not authorized for the source.".to_owned()));
    }
    check_bus(entry.event_bus_name.as_deref()).map_err(|error| ("ResourceNotFoundException", error.message))?;
    let detail: Value = serde_json::from_str(&detail).unwrap_or_default();
    if !detail.is_object() {
        return Err(("MalformedDetail", "Detail is malformed.".to_owned()));
    }
    #[expect(clippy::cast_possible_truncation, reason = "an event's time is to the second")]
    let at = entry.time.and_then(|time| Timestamp::from_second(time as i64).ok()).unwrap_or_else(clock::now);
    Ok(envelope(&source, &detail_type, &entry.resources, &detail, at))
}
