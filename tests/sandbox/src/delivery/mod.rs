//! Delivery of events to functions by EventBridge, its Scheduler and SNS.
//!
//! Functions are invoked asynchronously: at least once, possibly twice, and with retries if they fail.
//!
//! # Layout
//! - [`Events`]: EventBridge, its Scheduler and SNS, without their APIs
//! - `queue`, `send`: asynchronous invocations and their retries
//! - `record`: the record of deliveries
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
        sns::{Notice, NoticeForm},
    },
};

pub(crate) use queue::Queue;
pub use record::{Attempt, Delivery, Progress};
pub(crate) use send::Order;

/// The timing of events.
#[derive(Clone, Copy, Debug)]
pub struct EventTiming {
    /// The delay between an event and the invocation of a function.
    pub latency: Duration,
    /// The pauses before the two retries after a failure. On AWS, they are one minute and two minutes.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
    pub pauses: [Duration; 2],
    /// How often an event is delivered even if the function succeeds.
    pub copies: Copies,
}

impl Default for EventTiming {
    /// Short delays, and one copy of each event.
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(50),
            pauses: [Duration::from_millis(300), Duration::from_millis(600)],
            copies: Copies::One,
        }
    }
}

/// How often an event is delivered to a function. AWS guarantees at least once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copies {
    /// Once.
    #[default]
    One,
    /// Twice at the same time.
    TwoAtOnce,
    /// Twice, the second time after the first invocation has ended.
    TwoInTurn,
}

/// EventBridge, its Scheduler and SNS of one sandbox. Clones share their state.
#[derive(Clone, Debug)]
pub struct Events {
    queue: Queue,
    /// EventBridge.
    pub(crate) eventbridge: Arc<EventBridge>,
    /// EventBridge Scheduler.
    pub(crate) scheduler: Arc<Scheduler>,
    /// SNS.
    pub(crate) sns: Arc<Sns>,
}

impl Events {
    /// Creates the services without rules, for the functions of this runner.
    pub(crate) fn new(runner: Arc<Runner>, timing: EventTiming) -> Self {
        let queue = Queue::new(runner, timing);
        Self {
            eventbridge: Arc::new(EventBridge::new(queue.clone())),
            scheduler: Arc::new(Scheduler::new(queue.clone())),
            sns: Arc::new(Sns::new(queue.clone())),
            queue,
        }
    }

    /// Creates a rule that sends events of this source and `detail-type` to a function.
    ///
    /// # Errors
    /// The function does not exist.
    pub fn route(&self, source: &str, detail_type: &str, function: &str) -> anyhow::Result<()> {
        self.route_pattern(&json!({ "source": [source], "detail-type": [detail_type] }), function)
    }

    /// Creates a rule that sends events that match an event pattern to a function.
    ///
    /// # Errors
    /// The function does not exist, or the pattern is invalid or uses an operator that the sandbox does not support.
    pub fn route_pattern(&self, pattern: &Value, function: &str) -> anyhow::Result<()> {
        self.queue.require(function)?;
        self.eventbridge.route(pattern, function)
    }

    /// Subscribes a function to the topic that ElastiCache notifies.
    ///
    /// # Errors
    /// The function does not exist.
    pub fn subscribe(&self, function: &str) -> anyhow::Result<()> {
        self.queue.require(function)?;
        self.sns.subscribe_to_notices(function);
        Ok(())
    }

    /// Creates a schedule that invokes a function periodically, and returns its ARN.
    ///
    /// The payload is `input`, with Scheduler's context attributes such as `<aws.scheduler.scheduled-time>` replaced.
    /// The first invocation is after `every`.
    ///
    /// # Errors
    /// The function does not exist, or `every` is zero.
    pub fn schedule(&self, function: &str, input: &Value, every: Duration) -> anyhow::Result<String> {
        self.queue.require(function)?;
        anyhow::ensure!(!every.is_zero(), "the interval of a schedule must not be zero");
        Ok(self.scheduler.schedule(function, input, every))
    }

    /// Deletes a schedule. Deliveries in progress continue.
    ///
    /// # Errors
    /// The schedule does not exist.
    pub fn unschedule(&self, arn: &str) -> anyhow::Result<()> {
        self.scheduler.unschedule(arn)
    }

    /// Deletes every rule, subscription and schedule. Deliveries in progress continue.
    pub fn clear(&self) {
        self.eventbridge.clear();
        self.sns.clear();
        self.scheduler.clear();
    }

    /// Changes the timing of later events.
    pub fn set_timing(&self, timing: EventTiming) {
        self.queue.state().timing = timing;
    }

    /// Changes the format of ElastiCache's notifications.
    pub fn set_notice_form(&self, form: NoticeForm) {
        self.sns.set_notice_form(form);
    }

    /// Every event so far, whether it matched a rule or not, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.eventbridge.events()
    }

    /// Every delivery so far, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.queue.state().deliveries.clone()
    }

    /// Waits until no delivery is in progress, retries included. It does not wait for events that are not sent yet.
    ///
    /// # Errors
    /// A delivery is still in progress after `patience`.
    pub async fn settled(&self, patience: Duration) -> anyhow::Result<()> {
        self.queue.settled(patience).await
    }

    /// Sends an event to the targets of the matching rules.
    pub(crate) fn publish(&self, event: Event) {
        self.eventbridge.publish(event);
    }

    /// Notifies the subscribers of ElastiCache's topic.
    pub(crate) fn notify(&self, notice: &Notice<'_>) {
        self.sns.notify(notice);
    }

    /// Starts a delivery. It is in progress when this returns.
    pub(crate) fn deliver(&self, order: Order) {
        self.queue.deliver(order);
    }

    /// Stops every delivery and schedule. None can be started afterwards.
    pub(crate) fn stop(&self) {
        self.queue.stop();
    }
}
