//! Lambda's API: the configuration of the functions that consumers are.
//!
//! The functions of this workspace, which the sandbox runs, are the runner's; nobody runs these.

mod configuration;
mod environment;
mod errors;
mod update;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::BoxFuture;
use hyper::Method;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::wire::{Answer, AwsError, Call, Description, Protocol, Route, Service};

use configuration::Configuration;

/// The service, as the wire knows it.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "lambda",
    protocols: &[Protocol::RestJson { routes: &ROUTES }],
    invalid_input: "InvalidParameterValueException",
    event_sources: &["aws.lambda"],
};

/// The operations there are.
static ROUTES: [Route; 2] = [
    Route::new(Method::GET, "/2015-03-31/functions/{FunctionName}/configuration", "GetFunctionConfiguration"),
    Route::new(Method::PUT, "/2015-03-31/functions/{FunctionName}/configuration", "UpdateFunctionConfiguration"),
];

/// How long an update takes, unless told otherwise.
const UPDATE: Duration = Duration::from_millis(300);

/// The functions of one sandbox, as Lambda's API shows them.
#[derive(Debug, Default)]
pub struct Lambda {
    state: Mutex<State>,
}

/// Everything, behind one lock.
#[derive(Debug)]
struct State {
    functions: BTreeMap<String, Configuration>,
    /// Every value that was ever given to a function.
    values: Vec<SecretString>,
    update: Duration,
}

impl Default for State {
    fn default() -> Self {
        Self { functions: BTreeMap::new(), values: Vec::new(), update: UPDATE }
    }
}

impl Service for Lambda {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { (*self).call(call) })
    }
}

impl Lambda {
    /// Carries out one call.
    pub(crate) fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        let now = Timestamp::now();
        match call.operation.as_str() {
            "GetFunctionConfiguration" => configuration::get(&mut self.state(), call, now),
            "UpdateFunctionConfiguration" => update::update(&mut self.state(), call, now),
            _ => Err(call.unknown()),
        }
    }

    /// Makes a function with this environment, as Terraform would have.
    pub fn create(&self, name: &str, environment: BTreeMap<String, String>) {
        self.state().values.extend(environment.values().map(|value| SecretString::from(value.as_str())));
        let configuration = Configuration::new(name, environment, Timestamp::now());
        self.state().functions.insert(name.to_owned(), configuration);
    }

    /// The environment of a function, as it is now; `None` where there is no such function.
    pub fn environment(&self, name: &str) -> Option<BTreeMap<String, String>> {
        self.state().functions.get(name).map(|function| function.environment.clone())
    }

    /// Every value that anybody ever gave to a function, in refused updates too, so that a test can look for them where
    /// they must not be.
    pub fn values(&self) -> Vec<String> {
        self.state().values.iter().map(|value| value.expose_secret().to_owned()).collect()
    }

    /// Sets how long an update takes from now on.
    pub fn take_for_updates(&self, update: Duration) {
        self.state().update = update;
    }

    /// Lets updates from now on fail, or succeed again.
    pub fn fail_updates(&self, name: &str, fail: bool) {
        if let Some(function) = self.state().functions.get_mut(name) {
            function.updates_fail = fail;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}
