//! Faults on demand: what to do to the Nth call of a function.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::sync::Semaphore;

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

/// Which calls of an invocation a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// The Nth call, from 1, AWS calls and Redis connections counted together.
    Call(usize),
    /// Every call of one operation; `Connect` is a Redis connection, `ACL SETUSER` a command on one.
    Operation(String),
    /// Every call.
    Every,
}

/// What a call meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Refused as throttled; no effect.
    Throttle,
    /// Answered with status 500; no effect.
    InternalError,
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

/// The faults of one sandbox, and the invocations they can strike.
#[derive(Debug)]
pub struct Faults {
    state: Mutex<State>,
    releases: Semaphore,
}

impl Default for Faults {
    fn default() -> Self {
        Self { state: Mutex::default(), releases: Semaphore::new(0) }
    }
}

#[derive(Debug, Default)]
struct State {
    rules: Vec<Rule>,
    fired: usize,
    running: HashMap<String, Running>,
}

/// An invocation in progress.
#[derive(Debug)]
struct Running {
    request_id: String,
    function: String,
    label: String,
    pid: i32,
    calls: usize,
}

impl Faults {
    /// Adds a rule.
    pub fn arm(&self, rule: Rule) {
        self.state().rules.push(rule);
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
    pub(crate) fn invocation_began(&self, principal: &str, request_id: &str, function: &str, label: &str, pid: u32) {
        let running = Running {
            request_id: request_id.to_owned(),
            function: function.to_owned(),
            label: label.to_owned(),
            pid: i32::try_from(pid).expect("a pid fits"),
            calls: 0,
        };
        self.state().running.insert(principal.to_owned(), running);
    }

    /// Says that it has ended, however it did.
    pub(crate) fn invocation_ended(&self, principal: &str) {
        self.state().running.remove(principal);
    }

    /// Counts an AWS call, and says where it stands and what it meets.
    pub(crate) fn on_call(&self, principal: &str, operation: &str) -> (Option<Place>, Option<What>) {
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

    /// Kills the function instance whose call this was, by pid.
    pub(crate) fn kill(&self, place: &Place) {
        if let Some(running) = self.state().running.values().find(|running| running.request_id == place.request_id) {
            // It may have ended by itself meanwhile, which comes to the same.
            let _ = kill(Pid::from_raw(running.pid), Signal::SIGKILL);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }
}

impl State {
    fn strike(&mut self, principal: &str, operation: &str) -> (Option<Place>, Option<What>) {
        let Some(running) = self.running.get_mut(principal) else { return (None, None) };
        running.calls += 1;
        let place = Place {
            request_id: running.request_id.clone(),
            function: running.function.clone(),
            label: running.label.clone(),
            nth: running.calls,
        };
        let rule = self.rules.iter_mut().find(|rule| rule.times > 0 && rule.matches(&place, operation));
        let what = rule.map(|rule| {
            rule.times -= 1;
            rule.what
        });
        self.fired += usize::from(what.is_some());
        (Some(place), what)
    }
}

impl Rule {
    fn matches(&self, place: &Place, operation: &str) -> bool {
        let at = match &self.at {
            At::Call(nth) => *nth == place.nth,
            At::Operation(name) => name == operation,
            At::Every => true,
        };
        at && self.function == place.function && self.during.as_ref().is_none_or(|label| *label == place.label)
    }
}
