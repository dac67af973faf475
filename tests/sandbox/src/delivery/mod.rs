//! What happened, told to compiled functions as AWS tells it.
//!
//! Functions are invoked asynchronously: at least once, perhaps twice, and again where they fail.
//!
//! # Layout
//! - [`Events`]: EventBridge, its Scheduler and SNS, for whoever looks behind the wire
//! - `queue`, `send`: one invocation after another, until one goes well
//! - `record`: what was delivered to whom
//! - the services themselves: `services/eventbridge`, `services/scheduler`, `services/sns`

mod queue;
mod record;
mod send;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use crate::{
    lambda::Runner,
    services::{
        EventBridge, Scheduler, Sns,
        eventbridge::Event,
        scheduler::Expression,
        sns::{Notice, NoticeForm},
    },
};

pub(crate) use queue::Queue;
pub use record::{Attempt, Delivery, Progress};
pub(crate) use send::Order;

/// How events behave in time.
#[derive(Clone, Copy, Debug)]
pub struct EventTiming {
    /// From something that happens to the function that is told.
    pub latency: Duration,
    /// The pauses before the second and the third try of a function that failed: at AWS one minute, then two.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
    pub pauses: [Duration; 2],
    /// How often what goes well is delivered.
    pub copies: Copies,
}

impl Default for EventTiming {
    /// Quick enough to watch, and everything once.
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(50),
            pauses: [Duration::from_millis(300), Duration::from_millis(600)],
            copies: Copies::One,
        }
    }
}

/// How often an event comes to a function: AWS promises once at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copies {
    /// Once.
    #[default]
    One,
    /// Twice at the same time.
    TwoAtOnce,
    /// Again, once the function has answered.
    TwoInTurn,
}

/// EventBridge, its Scheduler and SNS of one sandbox; clones are the same.
#[derive(Clone, Debug)]
pub struct Events {
    queue: Queue,
    /// EventBridge, as the wire reaches it.
    pub(crate) eventbridge: Arc<EventBridge>,
    /// Scheduler, as the wire reaches it.
    pub(crate) scheduler: Arc<Scheduler>,
    /// SNS, as the wire reaches it.
    pub(crate) sns: Arc<Sns>,
}

impl Events {
    /// No rule yet; functions are this runner's.
    pub(crate) fn new(runner: Arc<Runner>, timing: EventTiming) -> Self {
        let queue = Queue::new(runner, timing);
        Self {
            eventbridge: Arc::new(EventBridge::new(queue.clone())),
            scheduler: Arc::new(Scheduler::new(queue.clone())),
            sns: Arc::new(Sns::new(queue.clone())),
            queue,
        }
    }

    /// Makes a rule: events of this source and `detail-type` go to a function.
    ///
    /// # Errors
    /// There is no such function.
    pub fn route(&self, source: &str, detail_type: &str, function: &str) -> anyhow::Result<()> {
        self.route_pattern(&json!({ "source": [source], "detail-type": [detail_type] }), function)
    }

    /// Makes a rule with an event pattern, as EventBridge has it, which sends events to a function.
    ///
    /// # Errors
    /// There is no such function, or the pattern is none, or compares in a way that the sandbox cannot.
    pub fn route_pattern(&self, pattern: &Value, function: &str) -> anyhow::Result<()> {
        self.queue.require(function)?;
        self.eventbridge.route(pattern, function)
    }

    /// Subscribes a function to the topic that ElastiCache notifies.
    ///
    /// # Errors
    /// There is no such function.
    pub fn subscribe(&self, function: &str) -> anyhow::Result<()> {
        self.queue.require(function)?;
        self.sns.subscribe_to_notices(function);
        Ok(())
    }

    /// Invokes a function again and again, as EventBridge Scheduler does; gives the ARN of the schedule.
    ///
    /// The function is given `input` as it is, but for the context attributes that Scheduler replaces:
    /// `<aws.scheduler.scheduled-time>` and its like. It is invoked for the first time after `every`.
    ///
    /// # Errors
    /// There is no such function, or no time passes between two invocations.
    pub fn schedule(&self, function: &str, input: &Value, every: Duration) -> anyhow::Result<String> {
        self.queue.require(function)?;
        anyhow::ensure!(!every.is_zero(), "a schedule needs time between two invocations");
        Ok(self.scheduler.schedule(function, input, Expression::Rate(every)))
    }

    /// Deletes a schedule. What it has sent is delivered.
    ///
    /// # Errors
    /// There is no such schedule.
    pub fn unschedule(&self, arn: &str) -> anyhow::Result<()> {
        self.scheduler.unschedule(arn)
    }

    /// Deletes every rule, subscription and schedule. What is on its way is delivered.
    pub fn clear(&self) {
        self.eventbridge.clear();
        self.sns.clear();
        self.scheduler.clear();
    }

    /// Changes how events behave in time, from the next one on.
    pub fn set_timing(&self, timing: EventTiming) {
        self.queue.state().timing = timing;
    }

    /// Changes how ElastiCache writes its notifications.
    pub fn set_notice_form(&self, form: NoticeForm) {
        self.sns.set_notice_form(form);
    }

    /// Every event that a service ever sent, whether a rule was about it or not, the oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.eventbridge.events()
    }

    /// Everything that ever went to a function, the oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.queue.state().deliveries.clone()
    }

    /// Waits until nothing is on its way to a function, retries included. What a service has yet to say does not count.
    ///
    /// # Errors
    /// Something still is after this time.
    pub async fn settled(&self, patience: Duration) -> anyhow::Result<()> {
        self.queue.settled(patience).await
    }

    /// Says what has happened, to whomever a rule names.
    pub(crate) fn publish(&self, event: Event) {
        self.eventbridge.publish(event);
    }

    /// Notifies the subscribers of ElastiCache's topic.
    pub(crate) fn notify(&self, notice: &Notice<'_>) {
        self.sns.notify(notice);
    }

    /// Takes an order: it counts as under way before this returns.
    pub(crate) fn deliver(&self, order: Order) {
        self.queue.deliver(order);
    }

    /// Ends every delivery and schedule, and begins none any more.
    pub(crate) fn stop(&self) {
        self.queue.stop();
    }
}
