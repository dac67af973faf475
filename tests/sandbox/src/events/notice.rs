//! What ElastiCache says over SNS, and how SNS wraps it for a function.
//!
//! Nodes of one's own say nothing over EventBridge; only serverless caches do.
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html>

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::services::{ACCOUNT, REGION};

/// One notification of ElastiCache.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice<'a> {
    /// What happened: `ElastiCache:FailoverComplete`.
    pub(crate) event: &'a str,
    /// To which replication group.
    pub(crate) group: &'a str,
    /// Which of its nodes it is about.
    pub(crate) node: &'a str,
}

/// How the message is written: messages that were seen are objects, and AWS documents a line of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeForm {
    /// An object whose first key is the event.
    #[default]
    Object,
    /// An object with another key before it.
    ObjectInAnotherOrder,
    /// `ElastiCache:FailoverComplete : group`.
    Text,
}

impl Notice<'_> {
    /// The notification, as SNS gives it to a function.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>
    pub(super) fn wrap(&self, form: NoticeForm, now: Timestamp) -> Value {
        let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:elasticache-events");
        let subscription = format!("{topic}:{}", Uuid::new_v4());
        let host = format!("https://sns.{REGION}.amazonaws.com");
        json!({ "Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "Sns": {
                "Type": "Notification",
                "MessageId": Uuid::new_v4().to_string(),
                "TopicArn": topic,
                "Subject": "ElastiCache Notification Message",
                "Message": self.message(form),
                "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
                "SignatureVersion": "1",
                // Nobody checks it: Lambda invokes with an identity of its own.
                "Signature": "EXAMPLE",
                "SigningCertUrl": format!("{host}/SimpleNotificationService-EXAMPLE.pem"),
                "UnsubscribeUrl": format!("{host}/?Action=Unsubscribe&SubscriptionArn={subscription}"),
                "MessageAttributes": {},
            },
        }]})
    }

    fn message(&self, form: NoticeForm) -> String {
        let Self { event, group, node } = self;
        // Written by hand, for the order of the keys.
        match form {
            NoticeForm::Object => format!(r#"{{"{event}":"{group}","Cache Cluster ID":"{node}"}}"#),
            NoticeForm::ObjectInAnotherOrder => format!(r#"{{"Cache Cluster ID":"{node}","{event}":"{group}"}}"#),
            NoticeForm::Text => format!("{event} : {group}"),
        }
    }
}
