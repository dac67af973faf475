//! EventBridge: rules on the default bus, which send events to functions.
//!
//! # Layout
//! - `event`, `pattern`: events, and the patterns that match them
//! - `rules`, `targets`: the operations on rules and targets
//! - `schedule`: the schedules of rules
//! - `put_events`: custom events
//! - `bus`: the bus

mod bus;
mod errors;
mod event;
mod pattern;
mod put_events;
mod rules;
mod schedule;
mod targets;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use futures::future::BoxFuture;
use serde_json::Value;

use crate::{
    delivery::Queue,
    wire::{Answer, AwsError, Call, Description, Protocol, Service},
};

pub(crate) use event::Event;
use rules::Rule;

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "events",
    protocols: &[Protocol::Json { target_prefix: "AWSEvents" }],
    invalid_input: "ValidationException",
    event_sources: &["aws.events"],
};

/// The rules of one sandbox, and every event so far.
#[derive(Debug)]
pub struct EventBridge {
    queue: Queue,
    state: Mutex<State>,
}

/// The rules and the events.
#[derive(Debug, Default)]
struct State {
    rules: BTreeMap<String, Rule>,
    events: Vec<Value>,
}

impl Service for EventBridge {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { Self::call(&self, call) })
    }
}

impl EventBridge {
    /// Creates the service without rules. Functions are invoked through this queue.
    pub(crate) fn new(queue: Queue) -> Self {
        Self { queue, state: Mutex::default() }
    }

    /// Carries out one call.
    fn call(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        match call.operation.as_str() {
            "DeleteRule" => rules::delete(&mut this.state(), call),
            "DescribeRule" => rules::describe(&mut this.state(), call),
            "DisableRule" => rules::disable(&mut this.state(), call),
            "EnableRule" => rules::enable(&mut this.state(), call),
            "ListRules" => rules::list(&mut this.state(), call),
            "ListTargetsByRule" => targets::list(&mut this.state(), call),
            "PutEvents" => put_events::put(this, call),
            "PutRule" => rules::put(this, call),
            "PutTargets" => targets::put(&mut this.state(), call),
            "RemoveTargets" => targets::remove(&mut this.state(), call),
            _ => Err(call.unknown()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}
