//! A client that reads its parameters only at startup.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::{self, watch},
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::published::{Outputs, Published};
use workload::load::CommandError;

/// The time between two commands. Each uses a new connection.
const PACE: Duration = Duration::from_millis(100);

/// How long a command is retried after transient errors: the machine may be busy. A refused login is not retried.
const PATIENCE: Duration = Duration::from_secs(8);

/// The delay before a retry.
const PAUSE: Duration = Duration::from_millis(50);

/// How many failures are recorded in detail.
const KEPT_FAILURES: usize = 3;

/// Counts of a client's commands.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientStats {
    pub(crate) commands: u64,
    pub(crate) failed: u64,
    /// The first failures, without any value that was sent.
    pub(crate) failures: Vec<String>,
}

/// A running client.
pub(crate) struct Reader {
    outputs: Outputs,
    stats: Arc<Mutex<ClientStats>>,
    run: sync::Mutex<Run>,
}

/// One run of the client, from its start to its end.
struct Run {
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Reader {
    /// Reads what is published and starts to send commands.
    pub(crate) async fn start(outputs: Outputs) -> anyhow::Result<Self> {
        let stats = Arc::default();
        let run = sync::Mutex::new(Run::start(&outputs, &stats).await?);
        Ok(Self { outputs, stats, run })
    }

    /// Restarts the client, as a deployment does.
    pub(crate) async fn restart(&self) -> anyhow::Result<()> {
        let mut run = self.run.lock().await;
        run.end().await;
        *run = Run::start(&self.outputs, &self.stats).await?;
        Ok(())
    }

    /// Returns the counts so far.
    pub(crate) fn stats(&self) -> ClientStats {
        self.stats.lock().expect("the lock is not poisoned").clone()
    }

    /// Stops the client and returns the final counts.
    pub(crate) async fn stop(self) -> ClientStats {
        self.run.lock().await.end().await;
        self.stats()
    }
}

impl Run {
    async fn start(outputs: &Outputs, stats: &Arc<Mutex<ClientStats>>) -> anyhow::Result<Self> {
        let published = outputs.read().await?;
        let (stop, mut stopped) = watch::channel(false);
        let stats = stats.clone();
        let work = tokio::spawn(async move {
            let mut ticks = interval(PACE);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for nth in 0_u64.. {
                tokio::select! {
                    _ = ticks.tick() => {}
                    _ = stopped.changed() => return,
                }
                let answer = ask(&published, nth).await;
                count(&mut stats.lock().expect("the lock is not poisoned"), answer);
            }
        });
        Ok(Self { stop, work })
    }

    /// Stops it after the current command.
    async fn end(&mut self) {
        self.stop.send_replace(true);
        // A client that panicked sent nothing afterwards, and its earlier commands are counted.
        let _ = (&mut self.work).await;
    }
}

async fn ask(published: &Published, nth: u64) -> Result<(), CommandError> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match published.ask(&nth.to_string()).await {
            Err(CommandError::Transient(_)) if Instant::now() < give_up => sleep(PAUSE).await,
            answer => return answer,
        }
    }
}

fn count(stats: &mut ClientStats, answer: Result<(), CommandError>) {
    match answer {
        Ok(()) => stats.commands += 1,
        Err(error) => {
            stats.failed += 1;
            if stats.failures.len() < KEPT_FAILURES {
                stats.failures.push(error.reason());
            }
        }
    }
}
