//! `CreateTopic`, `DeleteTopic` and `ListTopics`.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>

use serde::Deserialize;

use super::{
    State, arn,
    errors::{invalid, no_topic},
};
use crate::{
    services::page::page,
    wire::{Answer, AwsError, Call, Element},
};

/// The number of topics in a page.
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CreateTopic {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DeleteTopic {
    topic_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ListTopics {
    next_token: Option<String>,
}

impl State {
    /// The name of the existing topic with this ARN.
    pub(super) fn topic(&self, written: &str) -> Result<String, AwsError> {
        let name = written.rsplit(':').next().unwrap_or_default();
        if arn(name) != written {
            return Err(invalid(format!("Invalid parameter: TopicArn Reason: {written} is not in this account")));
        }
        self.topics.contains_key(name).then(|| name.to_owned()).ok_or_else(no_topic)
    }
}

/// Creates a topic, unless one with this name exists.
pub(super) fn create(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let CreateTopic { name } = call.input()?;
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 256 || !name.chars().all(legal) {
        return Err(invalid("Invalid parameter: Topic Name"));
    }
    let arn = arn(&name);
    state.topics.entry(name).or_default();
    Ok(Answer::xml(vec![Element::text("TopicArn", arn)]))
}

/// Deletes a topic with its subscriptions. Deleting one that does not exist has no effect.
pub(super) fn delete(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let DeleteTopic { topic_arn } = call.input()?;
    if let Ok(name) = state.topic(&topic_arn) {
        state.topics.remove(&name);
    }
    Ok(Answer::xml(Vec::new()))
}

/// Lists the topics, by name.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let ListTopics { next_token } = call.input()?;
    let arns = state.topics.keys().map(|name| arn(name)).collect();
    let (arns, next) = page(arns, PAGE, next_token.as_deref())
        .ok_or_else(|| invalid("Invalid parameter: NextToken Reason: it is not a token from ListTopics"))?;
    let topics = arns.into_iter().map(|arn| Element::parent("member", [Element::text("TopicArn", arn)]));
    let mut answer = vec![Element::parent("Topics", topics)];
    answer.extend(next.map(|next| Element::text("NextToken", next)));
    Ok(Answer::xml(answer))
}
