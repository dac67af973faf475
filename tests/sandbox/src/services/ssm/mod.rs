//! SSM Parameter Store.

mod delete;
mod describe;
mod errors;
mod events;
mod filters;
mod labels;
mod name;
mod put;
mod read;
mod store;
mod tags;

use std::sync::{Arc, Mutex, MutexGuard};

use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    clock,
    delivery::Events,
    wire::{Answer, AwsError, Call, Description, Protocol, Service},
};

use store::State;

/// The source of its events.
const SOURCE: &str = "aws.ssm";

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "ssm",
    protocols: &[Protocol::Json { target_prefix: "AmazonSSM" }],
    invalid_input: "ValidationException",
    event_sources: &[SOURCE],
};

/// The parameters of one sandbox.
#[derive(Debug)]
pub struct Ssm {
    state: Mutex<State>,
    events: Events,
}

impl Service for Ssm {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { self.call(call) })
    }
}

impl Ssm {
    /// Creates an empty Parameter Store.
    pub(crate) fn new(events: Events) -> Self {
        Self { state: Mutex::default(), events }
    }

    /// Carries out one call.
    pub(crate) fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        let state = &mut *self.state();
        let result = match call.operation.as_str() {
            "AddTagsToResource" => tags::add(state, call),
            "DeleteParameter" => delete::one(state, call),
            "DeleteParameters" => delete::several(state, call),
            "DescribeParameters" => describe::describe(state, call),
            "GetParameter" => read::one(state, call),
            "GetParameterHistory" => read::history(state, call),
            "GetParameters" => read::several(state, call),
            "GetParametersByPath" => read::by_path(state, call),
            "LabelParameterVersion" => labels::label(state, call),
            "ListTagsForResource" => tags::list(state, call),
            "PutParameter" => put::put(state, call, clock::now()),
            "UnlabelParameterVersion" => labels::unlabel(state, call),
            _ => Err(call.unknown()),
        };
        std::mem::take(&mut state.changes).into_iter().for_each(|change| self.events.publish(change.event()));
        result
    }

    /// The latest value of a parameter.
    pub fn value(&self, name: &str) -> Option<SecretString> {
        let state = self.state();
        Some(state.parameters.get(name)?.versions.last()?.value.clone())
    }

    /// The version of a parameter with this label: its number and its value.
    pub fn labelled(&self, name: &str, label: &str) -> Option<(i64, SecretString)> {
        let state = self.state();
        let mut versions = state.parameters.get(name)?.versions.iter();
        versions.find(|version| version.labels.contains(label)).map(|version| (version.number, version.value.clone()))
    }

    /// The newest version of a parameter: its number and its value.
    pub fn newest(&self, name: &str) -> Option<(i64, SecretString)> {
        let state = self.state();
        state.parameters.get(name)?.versions.last().map(|version| (version.number, version.value.clone()))
    }

    /// Every value of a `SecureString` that was ever stored. Tests search for them where they must not be.
    pub fn values(&self) -> Vec<String> {
        self.state().secure_values.iter().map(|value| value.expose_secret().to_owned()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}
