//! The envelope of SNS, and what comes in it: notifications of ElastiCache, and alarms.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>
//!
//! The envelope is our own: that of `aws_lambda_events` refuses a record without a signature, as people record and replay
//! them.

use policy::Failure;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Event,
    alarm::Alarm,
    elasticache::Notification,
    envelope::Message,
    read::{read, refused},
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Records {
    records: Vec<Record>,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    sns: Option<Sns>,
}

#[derive(PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sns {
    topic_arn: Option<String>,
    subject: Option<String>,
    message: Option<String>,
    #[serde(default, deserialize_with = "super::read::millis")]
    timestamp: Option<u64>,
}

/// Reads the single message of an event of SNS. A repeated message counts once.
pub(super) fn parse(event: &Value) -> Result<Event, Failure> {
    let mut records = read::<Records>(event, "")?.records;
    records.dedup();
    let (Some(record), true) = (records.pop(), records.is_empty()) else {
        return Err(refused("its `Records` do not contain exactly one message"));
    };
    let missing = |field: &str| refused(format!("it has no `Sns.{field}`"));
    let sns = record.sns.ok_or_else(|| refused("it has no `Sns`"))?;
    let message = Message {
        topic_arn: sns.topic_arn.ok_or_else(|| missing("TopicArn"))?,
        subject: sns.subject,
        message: sns.message.ok_or_else(|| missing("Message"))?,
        timestamp: sns.timestamp,
    };
    if let Some(alarm) = Alarm::of_sns(&message.message) {
        return Ok(Event::Alarm(alarm));
    }
    let notification = Notification::of(&message)?;
    notification.map(Event::Notification).ok_or_else(|| {
        refused(
            "its `Sns.Message` is neither a notification of ElastiCache nor an alarm. For an event of EventBridge, let \
             the rule invoke the function itself",
        )
    })
}
