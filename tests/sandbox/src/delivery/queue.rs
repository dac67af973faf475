//! Lambda's queue of asynchronous invocations.

use std::{
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use anyhow::{Context, ensure};
use tokio::{
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use super::{
    EventTiming,
    record::{Delivery, Progress},
};
use crate::lambda::Runner;

/// The queue of one sandbox. Clones share their state.
#[derive(Clone)]
pub(crate) struct Queue {
    shared: Arc<Shared>,
}

struct Shared {
    runner: Arc<Runner>,
    state: Mutex<State>,
    /// Notifies that a delivery has changed.
    changed: watch::Sender<()>,
    /// The background tasks: deliveries and schedules.
    tasks: Mutex<JoinSet<()>>,
}

/// The state of a queue.
pub(super) struct State {
    pub(super) timing: EventTiming,
    pub(super) deliveries: Vec<Delivery>,
    stopped: bool,
}

impl Queue {
    /// Creates an empty queue for the functions of this runner.
    pub(super) fn new(runner: Arc<Runner>, timing: EventTiming) -> Self {
        let state = State { timing, deliveries: Vec::new(), stopped: false };
        let shared =
            Shared { runner, state: Mutex::new(state), changed: watch::Sender::new(()), tasks: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Waits until no delivery is in progress, retries included.
    ///
    /// # Errors
    /// A delivery is still in progress after `patience`.
    pub(super) async fn settled(&self, patience: Duration) -> anyhow::Result<()> {
        let mut changed = self.shared.changed.subscribe();
        let settled = async {
            while self.under_way().next().is_some() {
                changed.changed().await?;
            }
            anyhow::Ok(())
        };
        let late = || format!("still in progress: {:?}", self.under_way().collect::<Vec<_>>());
        timeout(patience, settled).await.with_context(late)?
    }

    /// The kind and the function of every delivery in progress.
    fn under_way(&self) -> impl Iterator<Item = (String, String)> + use<> {
        let deliveries = self.state().deliveries.clone().into_iter();
        let under_way = deliveries.filter(|delivery| delivery.progress == Progress::UnderWay);
        under_way.map(|delivery| (delivery.kind, delivery.function))
    }

    /// Stops every delivery and schedule. None can be started afterwards.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.tasks().abort_all();
    }

    /// Runs a task until [`Queue::stop`].
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let mut tasks = self.tasks();
        while tasks.try_join_next().is_some() {}
        let handle = tasks.spawn(task);
        if self.state().stopped {
            handle.abort();
        }
        handle
    }

    /// Changes a delivery and notifies those who wait.
    pub(super) fn change(&self, place: usize, change: impl FnOnce(&mut Delivery)) {
        change(&mut self.state().deliveries[place]);
        self.shared.changed.send_replace(());
    }

    /// Fails if the function is not deployed.
    pub(super) fn require(&self, function: &str) -> anyhow::Result<()> {
        ensure!(self.runner().has(function), "the function {function} does not exist; deploy it first");
        Ok(())
    }

    pub(super) fn runner(&self) -> &Runner {
        &self.shared.runner
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().expect("the lock is not poisoned")
    }

    fn tasks(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.shared.tasks.lock().expect("the lock is not poisoned")
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}
