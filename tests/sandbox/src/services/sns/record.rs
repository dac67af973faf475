//! The event that SNS sends to a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{chance, clock, services::REGION};

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    subject: Option<String>,
    text: String,
    at: Timestamp,
    /// Name, type and value of each attribute.
    pub(super) attributes: Vec<(String, String, String)>,
}

impl Message {
    /// Creates a message with the current time.
    pub(super) fn new(subject: Option<String>, text: String) -> Self {
        Self { id: chance::uuid().to_string(), subject, text, at: clock::now(), attributes: Vec::new() }
    }

    /// The event with this message for a function.
    pub(super) fn wrap(&self, topic_arn: &str, subscription_arn: &str) -> Value {
        let host = format!("https://sns.{REGION}.amazonaws.com");
        let attributes = self.attributes.iter();
        let attributes: serde_json::Map<_, _> =
            attributes.map(|(name, kind, value)| (name.clone(), json!({ "Type": kind, "Value": value }))).collect();
        json!({ "Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription_arn,
            "Sns": {
                "Type": "Notification",
                "MessageId": self.id,
                "TopicArn": topic_arn,
                "Subject": self.subject,
                "Message": self.text,
                "Timestamp": self.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
                "SignatureVersion": "1",
                // Functions do not verify it, because Lambda authenticates the caller.
                "Signature": "EXAMPLE",
                "SigningCertUrl": format!("{host}/SimpleNotificationService-EXAMPLE.pem"),
                "UnsubscribeUrl": format!("{host}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"),
                "MessageAttributes": attributes,
            },
        }]})
    }
}
