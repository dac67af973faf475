//! The runner, which assigns invocations to instances and records their results.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    sync::{RwLock, mpsc, watch},
    task::JoinSet,
    time::{Instant, timeout},
};

use super::{
    Function, Here, Invocation, InvocationResult, Work,
    instance::{Instance, Reuse},
};
use crate::{
    chance,
    faults::{Faults, Kill},
};

/// How long [`Runner::stop`] waits for invocations to end.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Runs functions.
#[derive(Clone, Debug)]
pub struct Runner {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    faults: Arc<Faults>,
    environment: BTreeMap<String, String>,
    state: Mutex<State>,
    stopped: watch::Sender<bool>,
    /// Locked for reading by every invocation.
    running: RwLock<()>,
}

#[derive(Debug, Default)]
struct State {
    functions: BTreeMap<String, Arc<Function>>,
    /// The functions that run in this process.
    here: BTreeMap<String, Here>,
    idle: Vec<Instance>,
    started: usize,
    invocations: Vec<Invocation>,
    /// The subscribers of [`Runner::follow`].
    followers: Vec<mpsc::UnboundedSender<Invocation>>,
}

/// The outcome of an invocation.
struct Run {
    result: InvocationResult,
    logs: String,
    cold: bool,
}

impl Runner {
    /// Creates a runner without functions.
    pub(crate) fn new(faults: Arc<Faults>, environment: BTreeMap<String, String>) -> Self {
        let shared = Shared {
            faults,
            environment,
            state: Mutex::default(),
            stopped: watch::Sender::new(false),
            running: RwLock::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Adds a function, or replaces the one with this name. Instances of a replaced function are not reused.
    pub fn add(&self, function: Function) {
        self.shared.state().functions.insert(function.name.clone(), Arc::new(function));
    }

    /// Adds a function that runs in this process, or replaces the one with this name.
    pub fn add_here(&self, name: &str, function: Here) {
        self.shared.state().here.insert(name.to_owned(), function);
    }

    /// Whether a function with this name exists.
    pub fn has(&self, name: &str) -> bool {
        let state = self.shared.state();
        state.functions.contains_key(name) || state.here.contains_key(name)
    }

    /// The function with this name.
    pub fn function(&self, name: &str) -> Option<Function> {
        self.shared.state().functions.get(name).map(|function| Function::clone(function))
    }

    /// Every function, by name.
    pub fn functions(&self) -> Vec<Function> {
        self.shared.state().functions.values().map(|function| Function::clone(function)).collect()
    }

    /// Removes a function. Its instances are not reused.
    pub fn remove(&self, name: &str) {
        self.shared.state().functions.remove(name);
    }

    /// Subscribes to invocations. Each is sent when it ends.
    pub fn follow(&self) -> mpsc::UnboundedReceiver<Invocation> {
        let (followed, following) = mpsc::unbounded_channel();
        self.shared.state().followers.push(followed);
        following
    }

    /// Invokes a function, and returns when the invocation has succeeded, failed or timed out.
    ///
    /// The invocation continues even if the caller stops waiting for it.
    pub async fn invoke(&self, function: &str, event: &Value, label: &str) -> Invocation {
        let (shared, function, label) = (Arc::clone(&self.shared), function.to_owned(), label.to_owned());
        let event = event.clone();
        let task = tokio::spawn(async move { shared.invoke(function, event, label).await });
        task.await.expect("an invocation does not panic and is not aborted")
    }

    /// Every completed invocation, in the order of completion.
    pub fn invocations(&self) -> Vec<Invocation> {
        self.shared.state().invocations.clone()
    }

    /// Ends every idle instance, so that the next invocation is a cold start.
    pub async fn recycle(&self) {
        let idle = std::mem::take(&mut self.shared.state().idle);
        for instance in idle {
            instance.end().await;
        }
    }

    /// Ends every process and waits for it. No function can be invoked afterwards.
    pub(crate) async fn stop(&self) {
        self.shared.stopped.send_replace(true);
        // Invocations receive the signal and end their own process. The timeout is for a bug in that.
        let _ = timeout(STOP_LIMIT, self.shared.running.write()).await;
        self.recycle().await;
    }
}

impl Shared {
    async fn invoke(&self, function: String, event: Value, label: String) -> Invocation {
        let _running = self.running.read().await;
        let request_id = chance::uuid().to_string();
        let began = Instant::now();
        let run = self.run(&request_id, &function, &event, &label).await;
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Run { result, logs, cold } = run;
        let invocation = Invocation { request_id, function, label, event, result, logs, duration_ms, cold };
        let state = &mut *self.state();
        state.invocations.push(invocation.clone());
        state.followers.retain(|follower| follower.send(invocation.clone()).is_ok());
        invocation
    }

    /// Runs an invocation on an idle instance or a new one, and keeps the instance if it can be reused.
    async fn run(&self, request_id: &str, name: &str, event: &Value, label: &str) -> Run {
        let refused = |error_type, message| Run {
            result: InvocationResult::failed(error_type, message),
            logs: String::new(),
            cold: false,
        };
        let here = self.state().here.get(name).cloned();
        if let Some(here) = here {
            return self.run_here(&here, request_id, name, event, label).await;
        }
        let Some(function) = self.state().functions.get(name).cloned() else {
            return refused("ResourceNotFoundException", format!("Function not found: {name}"));
        };
        let mut stopped = self.stopped.subscribe();
        if *stopped.borrow() {
            return refused("Sandbox.Stopped", "the sandbox has been stopped".to_owned());
        }
        let warm = self.take_idle(&function).await;
        let cold = warm.is_none();
        let started = match warm {
            Some(instance) => Ok(instance),
            None => Instance::start(Arc::clone(&function), self.next_principal(name), &self.environment).await,
        };
        let mut instance = match started {
            Ok(instance) => instance,
            Err(error) => {
                let binary = function.binary.display();
                let message = format!("RequestId: {request_id} Error: {binary} cannot be started: {error}");
                return refused("Runtime.InvalidEntrypoint", message);
            }
        };
        let outcome = tokio::select! {
            outcome = self.drive(&mut instance, cold, request_id, event, label) => Some(outcome),
            _ = stopped.wait_for(|stopped| *stopped) => None,
        };
        self.faults.invocation_ended(&instance.principal);
        match outcome {
            Some((result, Reuse::Keep)) => {
                let logs = instance.take_logs();
                self.state().idle.push(instance);
                Run { result, logs, cold }
            }
            Some((result, Reuse::End)) => Run { result, logs: instance.end().await, cold },
            None => {
                let result =
                    InvocationResult::failed("Sandbox.Stopped", "the sandbox was stopped during the invocation");
                Run { result, logs: instance.end().await, cold }
            }
        }
    }

    /// Runs an invocation in this process. Each has its own instance.
    async fn run_here(&self, here: &Here, request_id: &str, name: &str, event: &Value, label: &str) -> Run {
        let principal = self.next_principal(name);
        let work = Work {
            principal: principal.clone(),
            request_id: request_id.to_owned(),
            deadline_ms: here.deadline_ms(),
            event: event.clone(),
        };
        let mut tasks = JoinSet::new();
        let task = here.begin(work, &mut tasks);
        self.faults.invocation_began(&principal, request_id, name, label, Kill::Task(task));
        let mut stopped = self.stopped.subscribe();
        let result = tokio::select! {
            biased;
            result = here.end(request_id, tasks) => result,
            _ = stopped.wait_for(|stopped| *stopped) => {
                InvocationResult::failed("Sandbox.Stopped", "the sandbox was stopped during the invocation")
            }
        };
        self.faults.invocation_ended(&principal);
        Run { result, logs: String::new(), cold: true }
    }

    async fn drive(
        &self,
        instance: &mut Instance,
        cold: bool,
        request_id: &str,
        event: &Value,
        label: &str,
    ) -> (InvocationResult, Reuse) {
        if cold && let Err(failed) = instance.ready(request_id).await {
            return (failed, Reuse::End);
        }
        let (principal, name) = (&instance.principal, &instance.function.name);
        let kill = Kill::process(instance.pid);
        self.faults.invocation_began(principal, request_id, name, label, kill);
        instance.invoke(request_id, event.to_string().into()).await
    }

    /// Takes an idle instance of this version of the function. Ends those that have exited or were replaced.
    async fn take_idle(&self, function: &Arc<Function>) -> Option<Instance> {
        let (found, useless) = self.state().take_idle(function);
        for instance in useless {
            instance.end().await;
        }
        found
    }

    fn next_principal(&self, name: &str) -> String {
        let mut state = self.state();
        state.started += 1;
        format!("{name}.{}", state.started)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

impl State {
    fn take_idle(&mut self, function: &Arc<Function>) -> (Option<Instance>, Vec<Instance>) {
        let mut useless = Vec::new();
        let mut found = None;
        for mut instance in std::mem::take(&mut self.idle) {
            let current = self.functions.get(&instance.function.name);
            let replaced = current.is_none_or(|current| !Arc::ptr_eq(current, &instance.function));
            if replaced || !instance.lives() {
                useless.push(instance);
            } else if found.is_none() && Arc::ptr_eq(&instance.function, function) {
                found = Some(instance);
            } else {
                self.idle.push(instance);
            }
        }
        (found, useless)
    }
}
