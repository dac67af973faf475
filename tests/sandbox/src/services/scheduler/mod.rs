//! EventBridge Scheduler: schedules of the default group, which invoke functions.
//!
//! # Layout
//! - `schedules`: the operations
//! - `expression`: schedule expressions
//! - `run`: the task of a schedule

mod errors;
mod expression;
mod run;
mod schedules;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use anyhow::Context;
use futures::future::BoxFuture;
use hyper::Method;
use serde_json::Value;

use crate::{
    chance, clock,
    delivery::Queue,
    services::{ACCOUNT, REGION},
    wire::{Answer, AwsError, Call, Description, Protocol, Route, Service},
};

pub(crate) use expression::Expression;
pub(crate) use run::each_time;
use schedules::Schedule;

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "scheduler",
    protocols: &[Protocol::RestJson { routes: &ROUTES }],
    invalid_input: "ValidationException",
    event_sources: &[],
};

/// The operations.
static ROUTES: [Route; 5] = [
    Route::new(Method::POST, "/schedules/{Name}", "CreateSchedule"),
    Route::new(Method::DELETE, "/schedules/{Name}", "DeleteSchedule"),
    Route::new(Method::GET, "/schedules/{Name}", "GetSchedule"),
    Route::new(Method::PUT, "/schedules/{Name}", "UpdateSchedule"),
    Route::new(Method::GET, "/schedules", "ListSchedules"),
];

/// The schedules of one sandbox.
#[derive(Debug)]
pub struct Scheduler {
    queue: Queue,
    state: Mutex<State>,
}

/// The schedules, by name.
#[derive(Debug, Default)]
struct State {
    schedules: BTreeMap<String, Schedule>,
}

impl Service for Scheduler {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { self.call(call) })
    }
}

impl Scheduler {
    /// Creates the service without schedules. Functions are invoked through this queue.
    pub(crate) fn new(queue: Queue) -> Self {
        Self { queue, state: Mutex::default() }
    }

    /// Carries out one call.
    fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        let now = clock::now();
        match call.operation.as_str() {
            "CreateSchedule" => schedules::create(self, call, now),
            "DeleteSchedule" => schedules::delete(&mut self.state(), call),
            "GetSchedule" => schedules::get(&mut self.state(), call),
            "ListSchedules" => schedules::list(&mut self.state(), call),
            "UpdateSchedule" => schedules::update(self, call, now),
            _ => Err(call.unknown()),
        }
    }

    /// Creates a schedule with a generated name, as Terraform would, and returns its ARN.
    pub(crate) fn schedule(&self, function: &str, input: &Value, every: Duration) -> String {
        let name = format!("{function}-{}", chance::uuid());
        let schedule = Schedule::of(&self.queue, &name, function, input, every);
        self.state().schedules.insert(name.clone(), schedule);
        arn(&name)
    }

    /// Deletes a schedule.
    ///
    /// # Errors
    /// The schedule does not exist.
    pub(crate) fn unschedule(&self, arn: &str) -> anyhow::Result<()> {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        self.state().schedules.remove(name).map(drop).context("the schedule does not exist")
    }

    /// Deletes every schedule.
    pub(crate) fn clear(&self) {
        self.state().schedules.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

/// The ARN of a schedule.
fn arn(name: &str) -> String {
    format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{name}")
}
