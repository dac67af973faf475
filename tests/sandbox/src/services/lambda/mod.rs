//! Lambda's API: functions that the runner runs, and those of consumers, which are there to be configured.

mod configuration;
mod create;
mod environment;
mod errors;
mod invoke;
mod list;
mod permissions;
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

use crate::{
    clock,
    delivery::Events,
    lambda::{Function, Runner},
    wire::{Answer, AwsError, Call, Description, Protocol, Route, Service},
};

use configuration::Configuration;
pub(in crate::services) use configuration::{arn, name_of};

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "lambda",
    protocols: &[Protocol::RestJson { routes: &ROUTES }],
    invalid_input: "InvalidParameterValueException",
    event_sources: &["aws.lambda"],
};

/// The operations there are.
static ROUTES: [Route; 10] = [
    Route::new(Method::GET, "/2015-03-31/functions", "ListFunctions"),
    Route::new(Method::POST, "/2015-03-31/functions", "CreateFunction"),
    Route::new(Method::GET, "/2015-03-31/functions/{FunctionName}", "GetFunction"),
    Route::new(Method::DELETE, "/2015-03-31/functions/{FunctionName}", "DeleteFunction"),
    Route::new(Method::GET, "/2015-03-31/functions/{FunctionName}/configuration", "GetFunctionConfiguration"),
    Route::new(Method::PUT, "/2015-03-31/functions/{FunctionName}/configuration", "UpdateFunctionConfiguration"),
    Route::new(Method::POST, "/2015-03-31/functions/{FunctionName}/invocations", "Invoke").with_payload(),
    Route::new(Method::GET, "/2015-03-31/functions/{FunctionName}/policy", "GetPolicy"),
    Route::new(Method::POST, "/2015-03-31/functions/{FunctionName}/policy", "AddPermission"),
    Route::new(Method::DELETE, "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", "RemovePermission"),
];

/// How long an update takes, unless told otherwise.
const UPDATE: Duration = Duration::from_millis(300);

/// The functions of one sandbox, as Lambda's API shows them.
#[derive(Debug)]
pub struct Lambda {
    runner: Arc<Runner>,
    events: Events,
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
        Box::pin(async move { (*self).call(call).await })
    }
}

impl Lambda {
    /// The functions of this runner, and none besides.
    pub(crate) fn new(runner: Arc<Runner>, events: Events) -> Self {
        Self { runner, events, state: Mutex::default() }
    }

    /// Carries out one call.
    pub(crate) async fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        let now = clock::now();
        self.state().adopt(self.runner.functions(), now);
        match call.operation.as_str() {
            "AddPermission" => permissions::add(&mut self.state(), call, now),
            "CreateFunction" => create::create(self, call, now),
            "DeleteFunction" => create::delete(self, call, now),
            "GetFunction" => list::get(&mut self.state(), call, now),
            "GetPolicy" => permissions::get(&mut self.state(), call, now),
            "Invoke" => invoke::invoke(self, call).await,
            "ListFunctions" => list::list(&mut self.state(), call, now),
            "RemovePermission" => permissions::remove(&mut self.state(), call, now),
            "GetFunctionConfiguration" => configuration::get(&mut self.state(), call, now),
            "UpdateFunctionConfiguration" => update::update(self, call, now),
            _ => Err(call.unknown()),
        }
    }

    /// Makes a function with this environment, as Terraform would have.
    pub fn create(&self, name: &str, environment: BTreeMap<String, String>) {
        self.state().values.extend(environment.values().map(|value| SecretString::from(value.as_str())));
        let configuration = Configuration::new(name, environment, clock::now());
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
        self.state.lock().expect("the lock is not poisoned")
    }
}

impl State {
    /// Takes up the functions that were deployed behind the wire since this was last asked.
    fn adopt(&mut self, functions: Vec<Function>, now: Timestamp) {
        for Function { name, timeout, environment, .. } in functions {
            self.functions.entry(name).or_insert_with_key(|name| {
                let timeout_s = timeout.as_secs().max(1);
                Configuration { timeout_s, ..Configuration::new(name, environment, now) }
            });
        }
    }
}
