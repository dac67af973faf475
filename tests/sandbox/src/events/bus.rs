//! Rules, schedules and the topic: who is told what.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use anyhow::{Context, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use super::{
    Event, EventTiming, NoticeForm,
    delivery::Order,
    journal::{Delivery, Progress},
    notice::Notice,
    pattern::Pattern,
    schedule::Schedule,
};
use crate::lambda::Runner;

/// EventBridge, Scheduler and SNS of one sandbox.
#[derive(Clone)]
pub struct Events {
    shared: Arc<Shared>,
}

struct Shared {
    runner: Arc<Runner>,
    state: Mutex<State>,
    /// Says that a delivery has got further.
    changed: watch::Sender<()>,
    /// What runs behind everybody's back: deliveries and schedules.
    tasks: Mutex<JoinSet<()>>,
}

/// Everything, behind one lock.
pub(super) struct State {
    pub(super) timing: EventTiming,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) schedules: Vec<(String, AbortHandle)>,
    rules: Vec<Rule>,
    subscribers: Vec<String>,
    form: NoticeForm,
    events: Vec<Value>,
    stopped: bool,
}

struct Rule {
    pattern: Pattern,
    function: String,
}

impl Events {
    /// No rule yet; functions are this runner's.
    pub(crate) fn new(runner: Arc<Runner>, timing: EventTiming) -> Self {
        let state = State {
            timing,
            deliveries: Vec::new(),
            schedules: Vec::new(),
            rules: Vec::new(),
            subscribers: Vec::new(),
            form: NoticeForm::default(),
            events: Vec::new(),
            stopped: false,
        };
        let shared =
            Shared { runner, state: Mutex::new(state), changed: watch::Sender::new(()), tasks: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Makes a rule: events of this source and `detail-type` go to a function.
    ///
    /// # Errors
    /// There is no such function.
    pub fn route(&self, source: &str, detail_type: &str, function: &str) -> anyhow::Result<()> {
        self.route_pattern(&json!({ "source": [source], "detail-type": [detail_type] }), function)
    }

    /// Makes a rule with an event pattern, as EventBridge has it, which sends events to a function.
    ///
    /// # Errors
    /// There is no such function, or the pattern is none, or compares in a way that the sandbox cannot.
    pub fn route_pattern(&self, pattern: &Value, function: &str) -> anyhow::Result<()> {
        self.must_be_there(function)?;
        let rule = Rule { pattern: Pattern::parse(pattern)?, function: function.to_owned() };
        self.state().rules.push(rule);
        Ok(())
    }

    /// Subscribes a function to the topic that ElastiCache notifies.
    ///
    /// # Errors
    /// There is no such function.
    pub fn subscribe(&self, function: &str) -> anyhow::Result<()> {
        self.must_be_there(function)?;
        self.state().subscribers.push(function.to_owned());
        Ok(())
    }

    /// Invokes a function again and again, as EventBridge Scheduler does; gives the ARN of the schedule.
    ///
    /// The function is given `input` as it is, but for the context attributes that Scheduler replaces:
    /// `<aws.scheduler.scheduled-time>` and its like. It is invoked for the first time after `every`.
    ///
    /// # Errors
    /// There is no such function, or no time passes between two invocations.
    pub fn schedule(&self, function: &str, input: &Value, every: Duration) -> anyhow::Result<String> {
        self.must_be_there(function)?;
        ensure!(!every.is_zero(), "a schedule needs time between two invocations");
        let schedule = Schedule::new(function, input, every);
        let (arn, this) = (schedule.arn(), self.clone());
        let task = self.spawn(async move { schedule.keep(&this).await });
        self.state().schedules.push((arn.clone(), task));
        Ok(arn)
    }

    /// Deletes a schedule. What it has sent is delivered.
    ///
    /// # Errors
    /// There is no such schedule.
    pub fn unschedule(&self, arn: &str) -> anyhow::Result<()> {
        let schedules = &mut self.state().schedules;
        let at = schedules.iter().position(|(other, _)| other == arn).context("there is no such schedule")?;
        schedules.remove(at).1.abort();
        Ok(())
    }

    /// Deletes every rule, subscription and schedule. What is on its way is delivered.
    pub fn clear(&self) {
        let state = &mut *self.state();
        state.rules.clear();
        state.subscribers.clear();
        state.schedules.drain(..).for_each(|(_, task)| task.abort());
    }

    /// Changes how events behave in time, from the next one on.
    pub fn set_timing(&self, timing: EventTiming) {
        self.state().timing = timing;
    }

    /// Changes how ElastiCache writes its notifications.
    pub fn set_notice_form(&self, form: NoticeForm) {
        self.state().form = form;
    }

    /// Every event that a service ever sent, whether a rule was about it or not, the oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.state().events.clone()
    }

    /// Everything that ever went to a function, the oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.state().deliveries.clone()
    }

    /// Waits until nothing is on its way to a function, retries included. What a service has yet to say does not count.
    ///
    /// # Errors
    /// Something still is after this time.
    pub async fn settled(&self, patience: Duration) -> anyhow::Result<()> {
        let mut changed = self.shared.changed.subscribe();
        let settled = async {
            while self.under_way().next().is_some() {
                changed.changed().await?;
            }
            anyhow::Ok(())
        };
        let late = || format!("still on its way: {:?}", self.under_way().collect::<Vec<_>>());
        timeout(patience, settled).await.with_context(late)?
    }

    /// Who is still to be told what.
    fn under_way(&self) -> impl Iterator<Item = (String, String)> + use<> {
        let under_way = self.deliveries().into_iter().filter(|delivery| delivery.progress == Progress::UnderWay);
        under_way.map(|delivery| (delivery.kind, delivery.function))
    }

    /// Says what has happened, to whomever a rule names.
    pub(crate) fn publish(&self, event: Event) {
        let (kind, event) = (event.detail_type, event.wrap(Timestamp::now()));
        let functions: Vec<String> = {
            let state = &mut *self.state();
            state.events.push(event.clone());
            let rules = state.rules.iter().filter(|rule| rule.pattern.matches(&event));
            rules.map(|rule| rule.function.clone()).collect()
        };
        for function in functions {
            self.deliver(Order { kind: kind.to_owned(), function, payload: event.clone() });
        }
    }

    /// Notifies the subscribers of the topic.
    pub(crate) fn notify(&self, notice: &Notice<'_>) {
        let (subscribers, form) = {
            let state = self.state();
            (state.subscribers.clone(), state.form)
        };
        let payload = notice.wrap(form, Timestamp::now());
        for function in subscribers {
            self.deliver(Order { kind: "sns".to_owned(), function, payload: payload.clone() });
        }
    }

    /// Ends every delivery and schedule, and begins none any more.
    pub(crate) fn stop(&self) {
        self.state().stopped = true;
        self.tasks().abort_all();
    }

    /// Runs something until [`Events::stop`].
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        let handle = tasks.spawn(task);
        if self.state().stopped {
            handle.abort();
        }
        handle
    }

    /// Changes a delivery, and says so.
    pub(super) fn change(&self, place: usize, change: impl FnOnce(&mut Delivery)) {
        change(&mut self.state().deliveries[place]);
        self.shared.changed.send_replace(());
    }

    pub(super) fn runner(&self) -> &Runner {
        &self.shared.runner
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("no holder panics")
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.shared.tasks.lock().expect("no holder panics")
    }

    fn must_be_there(&self, function: &str) -> anyhow::Result<()> {
        ensure!(self.shared.runner.has(function), "there is no function {function}; deploy it first");
        Ok(())
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
