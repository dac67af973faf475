//! SNS: topics, and functions that subscribe to them.
//!
//! # Layout
//! - `topics`, `subscriptions`, `publish`: the operations
//! - `notice`: the notifications of ElastiCache
//! - `record`: the event with a message for a function

mod errors;
mod notice;
mod publish;
mod record;
mod subscriptions;
mod topics;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use futures::future::BoxFuture;

use crate::{
    delivery::{Order, Queue},
    services::{ACCOUNT, REGION},
    wire::{Answer, AwsError, Call, Description, Protocol, Service},
};

pub(crate) use notice::Notice;
pub use notice::NoticeForm;
use record::Message;
use subscriptions::Subscription;

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "sns",
    protocols: &[Protocol::Query { namespace: "http://sns.amazonaws.com/doc/2010-03-31/" }],
    invalid_input: "InvalidParameter",
    event_sources: &[],
};

/// The topic of ElastiCache's notifications, which exists from the start.
const NOTICES: &str = "elasticache-events";

/// The topics of one sandbox.
#[derive(Debug)]
pub struct Sns {
    queue: Queue,
    state: Mutex<State>,
}

/// The topics and the format of notifications.
#[derive(Debug)]
struct State {
    /// The subscriptions of each topic, by name.
    topics: BTreeMap<String, Vec<Subscription>>,
    form: NoticeForm,
}

impl Default for State {
    fn default() -> Self {
        Self { topics: BTreeMap::from([(NOTICES.to_owned(), Vec::new())]), form: NoticeForm::default() }
    }
}

impl Service for Sns {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { self.call(call) })
    }
}

impl Sns {
    /// Creates the service with ElastiCache's topic. Functions are invoked through this queue.
    pub(crate) fn new(queue: Queue) -> Self {
        Self { queue, state: Mutex::default() }
    }

    /// Carries out one call.
    fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        match call.operation.as_str() {
            "CreateTopic" => topics::create(&mut self.state(), call),
            "DeleteTopic" => topics::delete(&mut self.state(), call),
            "ListSubscriptions" => subscriptions::list(&mut self.state(), call),
            "ListSubscriptionsByTopic" => subscriptions::list_by_topic(&mut self.state(), call),
            "ListTopics" => topics::list(&mut self.state(), call),
            "Publish" => publish::publish(self, call),
            "Subscribe" => subscriptions::subscribe(&mut self.state(), call),
            "Unsubscribe" => subscriptions::unsubscribe(&mut self.state(), call),
            _ => Err(call.unknown()),
        }
    }

    /// Subscribes a function to ElastiCache's topic, as Terraform would.
    pub(crate) fn subscribe_to_notices(&self, function: &str) {
        self.state().topics.entry(NOTICES.to_owned()).or_default().push(Subscription::new(NOTICES, function));
    }

    /// Changes the format of ElastiCache's notifications.
    pub(crate) fn set_notice_form(&self, form: NoticeForm) {
        self.state().form = form;
    }

    /// Deletes every subscription.
    pub(crate) fn clear(&self) {
        self.state().topics.values_mut().for_each(Vec::clear);
    }

    /// Publishes a notification of ElastiCache.
    pub(crate) fn notify(&self, notice: &Notice<'_>) {
        let form = self.state().form;
        self.tell(NOTICES, &Message::new(Some("ElastiCache Notification Message".to_owned()), notice.message(form)));
    }

    /// Sends a message to every subscriber of a topic.
    fn tell(&self, topic: &str, message: &Message) {
        let subscriptions = self.state().topics.get(topic).cloned().unwrap_or_default();
        for subscription in subscriptions {
            let payload = message.wrap(&arn(topic), &subscription.arn);
            self.queue.deliver(Order { kind: "sns".to_owned(), function: subscription.function, payload });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

/// The ARN of a topic.
fn arn(topic: &str) -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:{topic}")
}
