//! `Subscribe`, `Unsubscribe`, `ListSubscriptions` and `ListSubscriptionsByTopic`.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>

use serde::Deserialize;

use super::{State, arn, errors::invalid};
use crate::{
    chance,
    services::{ACCOUNT, lambda, page::page},
    wire::{Answer, AwsError, Call, Element},
};

/// The number of subscriptions in a page.
const PAGE: usize = 100;

/// The subscription of a function.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) arn: String,
    topic: String,
    pub(super) function: String,
}

impl Subscription {
    /// Creates a subscription of this function.
    pub(super) fn new(topic: &str, function: &str) -> Self {
        let id = chance::uuid();
        Self { arn: format!("{}:{id}", arn(topic)), topic: topic.to_owned(), function: function.to_owned() }
    }

    fn render(&self) -> Element {
        Element::parent(
            "member",
            [
                Element::text("TopicArn", arn(&self.topic)),
                Element::text("Protocol", "lambda"),
                Element::text("SubscriptionArn", &self.arn),
                Element::text("Owner", ACCOUNT),
                Element::text("Endpoint", lambda::arn(&self.function)),
            ],
        )
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Subscribe {
    topic_arn: String,
    protocol: String,
    endpoint: Option<String>,
    #[serde(rename = "ReturnSubscriptionArn")]
    _return_subscription_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Unsubscribe {
    subscription_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct List {
    topic_arn: Option<String>,
    next_token: Option<String>,
}

/// Subscribes a function. A function that is already subscribed keeps its subscription.
pub(super) fn subscribe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let input: Subscribe = call.input()?;
    let topic = state.topic(&input.topic_arn)?;
    if input.protocol != "lambda" {
        let message = "Invalid parameter: Protocol Reason: the sandbox supports only the protocol lambda, not";
        return Err(invalid(format!("{message} {}", input.protocol)));
    }
    let function = input.endpoint.as_deref().and_then(lambda::name_of);
    let function = function.ok_or_else(|| invalid("Invalid parameter: Lambda endpoint ARN"))?;
    let subscriptions = state.topics.entry(topic.clone()).or_default();
    let known = subscriptions.iter().find(|subscription| subscription.function == function).cloned();
    let subscription = known.unwrap_or_else(|| {
        subscriptions.push(Subscription::new(&topic, function));
        subscriptions[subscriptions.len() - 1].clone()
    });
    Ok(Answer::xml(vec![Element::text("SubscriptionArn", subscription.arn)]))
}

/// Deletes a subscription. Deleting one that does not exist has no effect.
pub(super) fn unsubscribe(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let Unsubscribe { subscription_arn } = call.input()?;
    if !subscription_arn.starts_with("arn:aws:sns:") {
        return Err(invalid("Invalid parameter: SubscriptionArn Reason: it is not the ARN of a subscription"));
    }
    for subscriptions in state.topics.values_mut() {
        subscriptions.retain(|subscription| subscription.arn != subscription_arn);
    }
    Ok(Answer::xml(Vec::new()))
}

/// Lists every subscription, by topic.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let List { topic_arn, next_token } = call.input()?;
    if topic_arn.is_some() {
        return Err(invalid("Invalid parameter: TopicArn Reason: use ListSubscriptionsByTopic"));
    }
    answer(state.topics.values().flatten(), next_token.as_deref())
}

/// Lists the subscriptions of one topic.
pub(super) fn list_by_topic(state: &mut State, call: &Call) -> Result<Answer, AwsError> {
    let List { topic_arn, next_token } = call.input()?;
    let topic = state.topic(&topic_arn.ok_or_else(|| invalid("Invalid parameter: TopicArn"))?)?;
    answer(state.topics.get(&topic).into_iter().flatten(), next_token.as_deref())
}

fn answer<'a>(
    subscriptions: impl Iterator<Item = &'a Subscription>,
    next_token: Option<&str>,
) -> Result<Answer, AwsError> {
    let (subscriptions, next) = page(subscriptions.collect(), PAGE, next_token)
        .ok_or_else(|| invalid("Invalid parameter: NextToken Reason: it is not a token from this operation"))?;
    let subscriptions = subscriptions.into_iter().map(Subscription::render);
    let mut answer = vec![Element::parent("Subscriptions", subscriptions)];
    answer.extend(next.map(|next| Element::text("NextToken", next)));
    Ok(Answer::xml(answer))
}
