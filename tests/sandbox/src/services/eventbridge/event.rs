//! One event, as a service makes it and as EventBridge hands it on.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    chance,
    services::{ACCOUNT, REGION},
};

/// What a service says has happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The service: `aws.ssm`.
    pub(crate) source: &'static str,
    /// The kind of event.
    pub(crate) detail_type: &'static str,
    /// The ARNs of what it is about.
    pub(crate) resources: Vec<String>,
    /// What it says.
    pub(crate) detail: Value,
}

impl Event {
    /// The event in its envelope.
    pub(super) fn wrap(self, now: Timestamp) -> Value {
        let Self { source, detail_type, resources, detail } = self;
        envelope(source, detail_type, &resources, &detail, now)
    }
}

/// An event in the envelope of EventBridge.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
pub(super) fn envelope(source: &str, detail_type: &str, resources: &[String], detail: &Value, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": chance::uuid().to_string(),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        // To the second.
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": resources,
        "detail": detail,
    })
}
