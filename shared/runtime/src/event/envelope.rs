//! What EventBridge and SNS deliver, before its content is read.

use serde::Deserialize;
use serde_json::Value;

/// An event of EventBridge, as far as it is read.
///
/// The type is our own: that of `aws_lambda_events` refuses the whole event for one unusual `time`, and brings two crates
/// for dates that nothing else here needs.
#[derive(Deserialize)]
pub(super) struct Envelope {
    pub(super) source: String,
    #[serde(rename = "detail-type")]
    pub(super) detail_type: String,
    #[serde(default)]
    pub(super) resources: Vec<String>,
    #[serde(default)]
    pub(super) detail: Value,
    #[serde(default, deserialize_with = "super::read::millis")]
    pub(super) time: Option<u64>,
}

/// A message of SNS.
pub(super) struct Message {
    pub(super) topic_arn: String,
    pub(super) subject: Option<String>,
    pub(super) message: String,
    pub(super) timestamp: Option<u64>,
}
