//! Lambda's queue of asynchronous invocations: what is on its way to which function.

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

/// The queue of one sandbox; clones are the same queue.
#[derive(Clone)]
pub(crate) struct Queue {
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
    stopped: bool,
}

impl Queue {
    /// An empty queue to the functions of this runner.
    pub(super) fn new(runner: Arc<Runner>, timing: EventTiming) -> Self {
        let state = State { timing, deliveries: Vec::new(), stopped: false };
        let shared =
            Shared { runner, state: Mutex::new(state), changed: watch::Sender::new(()), tasks: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Waits until nothing is on its way to a function, retries included.
    ///
    /// # Errors
    /// Something still is after this time.
    pub(super) async fn settled(&self, patience: Duration) -> anyhow::Result<()> {
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
        let deliveries = self.state().deliveries.clone().into_iter();
        let under_way = deliveries.filter(|delivery| delivery.progress == Progress::UnderWay);
        under_way.map(|delivery| (delivery.kind, delivery.function))
    }

    /// Ends every delivery and schedule, and begins none any more.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.tasks().abort_all();
    }

    /// Runs something until [`Queue::stop`].
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
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

    /// Refuses a function that is not deployed.
    pub(super) fn require(&self, function: &str) -> anyhow::Result<()> {
        ensure!(self.runner().has(function), "there is no function {function}; deploy it first");
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
