//! `Publish`.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>

use serde::Deserialize;

use super::{Sns, errors::invalid, record::Message};
use crate::wire::{Answer, AwsError, Call, Element};

/// The maximum size of a message in bytes.
const MOST_BYTES: usize = 256 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Publish {
    topic_arn: String,
    message: String,
    subject: Option<String>,
    #[serde(default)]
    message_attributes: Vec<Attribute>,
}

/// An attribute, from form members such as `MessageAttributes.entry.1.Value.StringValue`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attribute {
    name: String,
    value: AttributeValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct AttributeValue {
    data_type: String,
    string_value: String,
}

/// Sends a message to all subscribers of a topic.
pub(super) fn publish(this: &Sns, call: &Call) -> Result<Answer, AwsError> {
    let input: Publish = call.input()?;
    let topic = this.state().topic(&input.topic_arn)?;
    if input.message.is_empty() {
        return Err(invalid("Invalid parameter: Empty message"));
    }
    if input.message.len() > MOST_BYTES {
        return Err(invalid("Invalid parameter: Message too long"));
    }
    if input.subject.as_ref().is_some_and(|subject| subject.is_empty() || subject.len() > 100) {
        return Err(invalid("Invalid parameter: Subject"));
    }
    let mut message = Message::new(input.subject, input.message);
    let attributes = input.message_attributes.into_iter();
    message.attributes =
        attributes.map(|Attribute { name, value }| (name, value.data_type, value.string_value)).collect();
    this.tell(&topic, &message);
    Ok(Answer::xml(vec![Element::text("MessageId", message.id)]))
}
