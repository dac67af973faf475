//! Events, without and with the envelope of EventBridge.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    chance,
    services::{ACCOUNT, REGION},
};

/// An event of an AWS service.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The service: `aws.ssm`.
    pub(crate) source: &'static str,
    /// The `detail-type`.
    pub(crate) detail_type: &'static str,
    /// The ARNs of the resources that it is about.
    pub(crate) resources: Vec<String>,
    /// The `detail`.
    pub(crate) detail: Value,
}

impl Event {
    /// The event in its envelope.
    pub(super) fn wrap(self, now: Timestamp) -> Value {
        let Self { source, detail_type, resources, detail } = self;
        envelope(source, detail_type, &resources, &detail, now)
    }
}

/// The envelope of EventBridge around an event.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html>
pub(super) fn envelope(source: &str, detail_type: &str, resources: &[String], detail: &Value, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": chance::uuid().to_string(),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        // In seconds, without fractions.
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": resources,
        "detail": detail,
    })
}
