//! Fault injection, by rules on the calls of functions.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{sync::Semaphore, task::AbortHandle};

use crate::{journal::Place, operations::only_reads};

/// A rule: a fault, and the calls of a function that it applies to.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The function.
    pub function: String,
    /// The label of the invocations (the step of a rotation); `None` for all.
    pub during: Option<String>,
    /// The calls of an invocation.
    pub at: At,
    /// The fault.
    pub what: What,
    /// How many calls the rule applies to in total.
    pub times: usize,
}

impl Rule {
    /// Creates a rule for one call of a function, in any of its invocations.
    pub fn new(function: &str, at: At, what: What) -> Self {
        Self { function: function.to_owned(), during: None, at, what, times: 1 }
    }

    /// Limits the rule to invocations with this label: the step of a rotation.
    pub fn during(self, label: &str) -> Self {
        Self { during: Some(label.to_owned()), ..self }
    }

    /// Sets how many calls the rule applies to.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }
}

/// Which calls of an invocation a rule applies to.
///
/// The operation of a Redis connection is `Connect`, and that of a command on one is `ACL SETUSER`, for example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The Nth call, from 1. AWS calls and Redis connections are counted together.
    Call(usize),
    /// The Nth call that changes something, from 1.
    Change(usize),
    /// Every call of one operation.
    Operation(String),
    /// The Nth call of one operation, from 1.
    NthOf(usize, String),
    /// Every call.
    Every,
}

impl At {
    /// Every call of one operation.
    pub fn operation(name: &str) -> Self {
        Self::Operation(name.to_owned())
    }

    /// The Nth call of one operation, from 1.
    pub fn nth(nth: usize, operation: &str) -> Self {
        Self::NthOf(nth, operation.to_owned())
    }
}

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The call is throttled; no effect.
    Throttle,
    /// The response has status 500; no effect.
    InternalError,
    /// The call is rejected with a message that quotes the whole request, as AWS and Redis can do; no effect.
    Quote,
    /// The call is delayed, then carried out.
    Delay(Duration),
    /// The call is blocked until [`Faults::release`], then carried out.
    Hold,
    /// The connection is dropped; no effect.
    Reset,
    /// The call is carried out, then the connection is dropped.
    LoseAnswer,
    /// The function is killed; no effect.
    KillBefore,
    /// The call is carried out, then the function is killed.
    KillAfter,
}

/// Selects the fault of a call, by its place and its operation.
type Choose = Box<dyn Fn(&Place, &str) -> Option<What> + Send + Sync>;

/// The faults of one sandbox, and the invocations in progress.
pub struct Faults {
    state: Mutex<State>,
    releases: Semaphore,
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}

/// How to kill an invocation in progress.
#[derive(Clone, Debug)]
pub(crate) enum Kill {
    /// Its process.
    Process(Pid),
    /// Its task.
    Task(AbortHandle),
}

impl Kill {
    /// Kills the process with this id.
    pub(crate) fn process(id: u32) -> Self {
        Self::Process(Pid::from_raw(i32::try_from(id).expect("a process id fits in an i32")))
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self { state: Mutex::default(), releases: Semaphore::new(0) }
    }
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    choose: Option<Choose>,
    fired: usize,
    running: BTreeMap<String, Running>,
}

/// An invocation in progress.
#[derive(Debug)]
struct Running {
    request_id: String,
    function: String,
    label: String,
    kill: Kill,
    calls: usize,
    changes: usize,
    calls_by_operation: BTreeMap<String, usize>,
}

/// Which call of its invocation a call is.
#[derive(Clone, Copy, Debug)]
struct Counts {
    /// The Nth of its operation.
    of_operation: usize,
    /// The Nth that changes something, if it does.
    change: Option<usize>,
}

impl Faults {
    /// Adds a rule.
    pub fn arm(&self, rule: Rule) {
        self.state().rules.push(rule);
    }

    /// Sets a function that selects the fault of each call to which no rule applies, by its place and operation.
    ///
    /// # Repeating
    /// Replaces the previous function.
    pub fn choose(&self, choose: impl Fn(&Place, &str) -> Option<What> + Send + Sync + 'static) {
        self.state().choose = Some(Box::new(choose));
    }

    /// Removes all rules.
    pub fn disarm(&self) {
        self.state().rules.clear();
    }

    /// The number of injected faults so far.
    pub fn fired(&self) -> usize {
        self.state().fired
    }

    /// Unblocks the call that [`What::Hold`] blocks. If there is none yet, the next one is not blocked.
    pub fn release(&self) {
        self.releases.add_permits(1);
    }

    /// Waits for a release.
    pub(crate) async fn held(&self) {
        self.releases.acquire().await.expect("the semaphore is never closed").forget();
    }

    /// Registers an invocation on the function instance with this access key id.
    pub(crate) fn invocation_began(&self, principal: &str, request_id: &str, function: &str, label: &str, kill: Kill) {
        let running = Running {
            request_id: request_id.to_owned(),
            function: function.to_owned(),
            label: label.to_owned(),
            kill,
            calls: 0,
            changes: 0,
            calls_by_operation: BTreeMap::new(),
        };
        self.state().running.insert(principal.to_owned(), running);
    }

    /// Removes the invocation, which has ended.
    pub(crate) fn invocation_ended(&self, principal: &str) {
        self.state().running.remove(principal);
    }

    /// Counts an AWS call, and returns its place and its fault.
    pub fn on_call(&self, principal: &str, operation: &str) -> (Option<Place>, Option<What>) {
        self.state().strike(principal, operation)
    }

    /// Counts a call without an AWS signature: a Redis connection (`Connect`), a command on one, or a request to
    /// Upstash. It belongs to the only invocation in progress. If there are several, it belongs to none.
    pub(crate) fn on_unsigned(&self, operation: &str) -> (Option<Place>, Option<What>) {
        let mut state = self.state();
        let mut running = state.running.keys();
        match (running.next().cloned(), running.next()) {
            (Some(only), None) => state.strike(&only, operation),
            _ => (None, None),
        }
    }

    /// Kills the function instance that made this call.
    pub fn kill(&self, place: &Place) {
        let running = self
            .state()
            .running
            .values()
            .find(|running| running.request_id == place.request_id)
            .map(|running| running.kill.clone());
        match running {
            // An error means that the process has exited already.
            Some(Kill::Process(pid)) => drop(kill(pid, Signal::SIGKILL)),
            Some(Kill::Task(task)) => task.abort(),
            None => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

impl State {
    fn strike(&mut self, principal: &str, operation: &str) -> (Option<Place>, Option<What>) {
        let Some(running) = self.running.get_mut(principal) else { return (None, None) };
        running.calls += 1;
        let nth_of_operation = running.calls_by_operation.entry(operation.to_owned()).or_default();
        *nth_of_operation += 1;
        running.changes += usize::from(!only_reads(operation));
        let counts =
            Counts { of_operation: *nth_of_operation, change: (!only_reads(operation)).then_some(running.changes) };
        let place = Place {
            request_id: running.request_id.clone(),
            function: running.function.clone(),
            label: running.label.clone(),
            nth: running.calls,
        };
        let rule = self.rules.iter_mut().find(|rule| rule.times > 0 && rule.matches(&place, operation, counts));
        let what = rule.map(|rule| {
            rule.times -= 1;
            rule.what
        });
        let what = what.or_else(|| self.choose.as_ref().and_then(|choose| choose(&place, operation)));
        self.fired += usize::from(what.is_some());
        (Some(place), what)
    }
}

impl Rule {
    fn matches(&self, place: &Place, operation: &str, counts: Counts) -> bool {
        let at = match &self.at {
            At::Call(nth) => *nth == place.nth,
            At::Change(nth) => Some(*nth) == counts.change,
            At::Operation(name) => name == operation,
            At::NthOf(nth, name) => *nth == counts.of_operation && name == operation,
            At::Every => true,
        };
        at && self.function == place.function && self.during.as_ref().is_none_or(|label| *label == place.label)
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Faults, Kill, Rule, What};

    #[test]
    fn calls_are_counted_by_operation_and_by_invocation() {
        let faults = Faults::default();
        faults.arm(Rule::new("rotate-auth", At::nth(2, "PutSecretValue"), What::Throttle));
        for principal in ["one", "two"] {
            let kill = Kill::process(0);
            faults.invocation_began(principal, principal, "rotate-auth", "setSecret", kill);
        }
        let calls = [
            ("one", "PutSecretValue", None),
            ("one", "DescribeSecret", None),
            ("two", "PutSecretValue", None),
            ("one", "PutSecretValue", Some(What::Throttle)),
            ("two", "PutSecretValue", None),
        ];
        for (nth, (principal, operation, expected)) in calls.into_iter().enumerate() {
            assert_eq!(faults.on_call(principal, operation).1, expected, "call {nth}");
        }
        assert_eq!(faults.fired(), 1);
    }

    #[test]
    fn a_call_that_only_reads_is_no_change() {
        let faults = Faults::default();
        faults.arm(Rule::new("rotate-auth", At::Change(2), What::Throttle));
        faults.invocation_began("one", "one", "rotate-auth", "setSecret", Kill::process(0));
        let calls = ["DescribeSecret", "PutSecretValue", "Connect", "GetSecretValue", "ACL SETUSER", "PutSecretValue"];
        let struck: Vec<_> = calls.iter().filter(|call| faults.on_call("one", call).1.is_some()).collect();
        assert_eq!(struck, [&"ACL SETUSER"]);
    }
}
