//! Faults on demand: which calls of which function meet what.

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

use crate::journal::Place;

/// One rule: which call of which function meets what.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The function whose calls are meant.
    pub function: String,
    /// The invocations that are meant (the step of a rotation); `None` for all.
    pub during: Option<String>,
    /// The calls that are meant.
    pub at: At,
    /// What they meet.
    pub what: What,
    /// How many calls meet it before the rule is spent.
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

    /// Applies the rule to so many calls.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }
}

/// Which calls of an invocation a rule applies to.
///
/// `Connect` is the operation of a Redis connection, `ACL SETUSER` that of a command on one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The Nth call, from 1, AWS calls and Redis connections counted together.
    Call(usize),
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

/// What a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Refused as throttled; no effect.
    Throttle,
    /// Answered with status 500; no effect.
    InternalError,
    /// Refused with a message that quotes the whole request, as AWS and Redis quote what they refuse; no effect.
    Quote,
    /// Carried out late.
    Delay(Duration),
    /// Carried out when [`Faults::release`] says so.
    Hold,
    /// The connection is dropped; no effect.
    Reset,
    /// The effect happens, the connection is dropped.
    LoseAnswer,
    /// The function is killed; no effect.
    KillBefore,
    /// The effect happens, then the function is killed.
    KillAfter,
}

/// What says which fault a call meets: given its place and its operation.
type Choose = Box<dyn Fn(&Place, &str) -> Option<What> + Send + Sync>;

/// The faults of one sandbox, and the invocations they can strike.
pub struct Faults {
    state: Mutex<State>,
    releases: Semaphore,
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}

/// How an invocation in progress is killed.
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
        Self::Process(Pid::from_raw(i32::try_from(id).expect("a pid fits")))
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
    calls_by_operation: BTreeMap<String, usize>,
}

impl Faults {
    /// Adds a rule.
    pub fn arm(&self, rule: Rule) {
        self.state().rules.push(rule);
    }

    /// Asks `choose` about each call that no rule applies to: given its place and operation, it says what the call meets.
    ///
    /// # Repeating
    /// The last call counts.
    pub fn choose(&self, choose: impl Fn(&Place, &str) -> Option<What> + Send + Sync + 'static) {
        self.state().choose = Some(Box::new(choose));
    }

    /// Drops all rules.
    pub fn disarm(&self) {
        self.state().rules.clear();
    }

    /// How many calls have met a fault so far.
    pub fn fired(&self) -> usize {
        self.state().fired
    }

    /// Lets one held call go on: the one that is held, or else the next that would be.
    pub fn release(&self) {
        self.releases.add_permits(1);
    }

    /// Waits for a release.
    pub(crate) async fn held(&self) {
        self.releases.acquire().await.expect("the semaphore is never closed").forget();
    }

    /// Says that the function instance with this access key id has begun an invocation.
    pub(crate) fn invocation_began(&self, principal: &str, request_id: &str, function: &str, label: &str, kill: Kill) {
        let running = Running {
            request_id: request_id.to_owned(),
            function: function.to_owned(),
            label: label.to_owned(),
            kill,
            calls: 0,
            calls_by_operation: BTreeMap::new(),
        };
        self.state().running.insert(principal.to_owned(), running);
    }

    /// Says that it has ended, however it did.
    pub(crate) fn invocation_ended(&self, principal: &str) {
        self.state().running.remove(principal);
    }

    /// Counts an AWS call, and says where it stands and what it meets.
    pub fn on_call(&self, principal: &str, operation: &str) -> (Option<Place>, Option<What>) {
        self.state().strike(principal, operation)
    }

    /// Counts a call that no AWS signature says the owner of: a Redis connection (`Connect`), a command on one, a request
    /// to Upstash. It is that of the only invocation in progress, and nobody's where there are several.
    pub(crate) fn on_unsigned(&self, operation: &str) -> (Option<Place>, Option<What>) {
        let mut state = self.state();
        let mut running = state.running.keys();
        match (running.next().cloned(), running.next()) {
            (Some(only), None) => state.strike(&only, operation),
            _ => (None, None),
        }
    }

    /// Kills the function instance whose call this was.
    pub fn kill(&self, place: &Place) {
        let running = self
            .state()
            .running
            .values()
            .find(|running| running.request_id == place.request_id)
            .map(|running| running.kill.clone());
        match running {
            // It may have ended by itself meanwhile, which comes to the same.
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
        let nth_of_operation = *nth_of_operation;
        let place = Place {
            request_id: running.request_id.clone(),
            function: running.function.clone(),
            label: running.label.clone(),
            nth: running.calls,
        };
        let rule =
            self.rules.iter_mut().find(|rule| rule.times > 0 && rule.matches(&place, operation, nth_of_operation));
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
    fn matches(&self, place: &Place, operation: &str, nth_of_operation: usize) -> bool {
        let at = match &self.at {
            At::Call(nth) => *nth == place.nth,
            At::Operation(name) => name == operation,
            At::NthOf(nth, name) => *nth == nth_of_operation && name == operation,
            At::Every => true,
        };
        at && self.function == place.function && self.during.as_ref().is_none_or(|label| *label == place.label)
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Faults, Kill, Rule, What};

    #[test]
    fn the_nth_call_of_an_operation_is_counted_in_each_invocation_apart_from_other_operations() {
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
}
