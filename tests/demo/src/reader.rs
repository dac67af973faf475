//! A client that reads its parameters when it starts, and never again.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    sync::{self, watch},
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::published::{Places, Published};
use workload::load::Trouble;

/// Between two commands, each on a connection of its own.
const PACE: Duration = Duration::from_millis(100);

/// How long a command is sent again through a trouble that may heal: the machine may be busy. A refusal never heals.
const PATIENCE: Duration = Duration::from_secs(8);

/// Before it is sent again.
const PAUSE: Duration = Duration::from_millis(50);

/// How many failures are kept in words.
const KEPT_FAILURES: usize = 3;

/// What such a client met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Met {
    pub(crate) commands: u64,
    pub(crate) failed: u64,
    /// The first failures, without any value.
    pub(crate) failures: Vec<String>,
}

/// One client at work.
pub(crate) struct Reader {
    places: Places,
    met: Arc<Mutex<Met>>,
    run: sync::Mutex<Run>,
}

/// One run of it, from its start to its end.
struct Run {
    stop: watch::Sender<bool>,
    work: JoinHandle<()>,
}

impl Reader {
    /// Reads what is published, and goes to work with it.
    pub(crate) async fn start(places: Places) -> anyhow::Result<Self> {
        let met = Arc::default();
        let run = sync::Mutex::new(Run::start(&places, &met).await?);
        Ok(Self { places, met, run })
    }

    /// Ends it and starts it anew, as a deployment does.
    pub(crate) async fn restart(&self) -> anyhow::Result<()> {
        let mut run = self.run.lock().await;
        run.end().await;
        *run = Run::start(&self.places, &self.met).await?;
        Ok(())
    }

    /// What it met so far.
    pub(crate) fn met(&self) -> Met {
        self.met.lock().expect("no holder panics").clone()
    }

    /// Ends it, and says what it met.
    pub(crate) async fn leave(self) -> Met {
        self.run.lock().await.end().await;
        self.met()
    }
}

impl Run {
    async fn start(places: &Places, met: &Arc<Mutex<Met>>) -> anyhow::Result<Self> {
        let published = places.read().await?;
        let (stop, mut stopped) = watch::channel(false);
        let met = met.clone();
        let work = tokio::spawn(async move {
            let mut ticks = interval(PACE);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for nth in 0_u64.. {
                tokio::select! {
                    _ = ticks.tick() => {}
                    _ = stopped.changed() => return,
                }
                let answer = ask(&published, nth).await;
                count(&mut met.lock().expect("no holder panics"), answer);
            }
        });
        Ok(Self { stop, work })
    }

    /// Ends it after the command it is at.
    async fn end(&mut self) {
        self.stop.send_replace(true);
        // A client that broke has served nothing since, and what it met before is counted.
        let _ = (&mut self.work).await;
    }
}

async fn ask(published: &Published, nth: u64) -> Result<(), Trouble> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match published.ask(&nth.to_string()).await {
            Err(Trouble::Passing(_)) if Instant::now() < give_up => sleep(PAUSE).await,
            answer => return answer,
        }
    }
}

fn count(met: &mut Met, answer: Result<(), Trouble>) {
    match answer {
        Ok(()) => met.commands += 1,
        Err(trouble) => {
            met.failed += 1;
            if met.failures.len() < KEPT_FAILURES {
                met.failures.push(trouble.reason());
            }
        }
    }
}
