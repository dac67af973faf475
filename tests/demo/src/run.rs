//! The whole demo, from an empty sandbox to the report.

use std::{
    future::{Future, pending},
    time::Duration,
};

use anyhow::{Context, ensure};
use futures::future::{join_all, try_join_all};
use policy::Target;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};

use super::{
    DemoOptions, RETIRE, ROTATE, Report, SYNC,
    progress::{Phase, Progress},
    stage::{self, Act},
    systems::System,
};
use sandbox::{FUNCTION_TIMEOUT, Options, Sandbox};

/// How often progress is told.
const FRAME: Duration = Duration::from_millis(100);
/// How long the rotations may take: some ten times what they need.
const ROTATED_WITHIN: Duration = Duration::from_secs(120);

/// Runs the demo in silence.
///
/// # Errors
/// The stage cannot be built: the function is not compiled, no `redis-server` runs, a call is refused.
pub async fn run(options: DemoOptions) -> anyhow::Result<Report> {
    run_showing(options, watch::Sender::default(), pending()).await?.context("nobody stops it")
}

/// Runs the demo, tells its progress, and ends early, with no report, when `stop` does. Every process it started is ended
/// in any case.
///
/// # Errors
/// As for [`run`].
pub async fn run_showing(
    options: DemoOptions,
    progress: watch::Sender<Progress>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<Option<Report>> {
    for name in [ROTATE, SYNC, RETIRE] {
        let function = options.functions.join(name);
        ensure!(
            function.is_file(),
            "the function {} is not there; compile it first: cargo build --workspace --bins",
            function.display()
        );
    }
    let chosen = stage::chosen(&options.only)?;
    let sandbox = Sandbox::start(Options::default()).await?;
    progress.send_modify(|progress| {
        progress.server = version(sandbox.fleet.server_version());
        progress.targets = stage::announced(&chosen);
    });
    let show = Show { sandbox: &sandbox, chosen, options, began: Instant::now(), progress };
    let report = tokio::select! {
        report = show.play() => report.map(Some),
        () = stop => Ok(None),
    };
    drop(show);
    sandbox.stop().await?;
    report
}

/// A demo while it runs.
struct Show<'a> {
    sandbox: &'a Sandbox,
    chosen: Vec<(Target, &'static System)>,
    options: DemoOptions,
    began: Instant,
    progress: watch::Sender<Progress>,
}

impl Show<'_> {
    async fn play(&self) -> anyhow::Result<Report> {
        let function_arn = self.sandbox.deploy(self.options.functions.join(ROTATE), FUNCTION_TIMEOUT)?;
        for name in [SYNC, RETIRE] {
            self.sandbox.deploy(self.options.functions.join(name), FUNCTION_TIMEOUT)?;
        }
        let mut acts = {
            let build = stage::build(self.sandbox, &self.chosen, &self.options);
            tokio::pin!(build);
            let mut frames = frames();
            loop {
                tokio::select! {
                    acts = &mut build => break acts?,
                    _ = frames.tick() => self.tell(Phase::Building, &[]),
                }
            }
        };
        self.watch_for(Phase::Before, &acts, self.options.before).await;
        for act in &mut acts {
            act.rotate(self.sandbox, &function_arn).await?;
        }
        self.watch_rotations(&mut acts).await?;
        let jobs = try_join_all(acts.iter().map(|act| act.follow(self.sandbox)));
        let jobs = self.watch_jobs(Phase::Following, &acts, jobs).await?;
        acts.iter_mut().zip(jobs).for_each(|(act, job)| act.note(job));
        let jobs = join_all(acts.iter().map(|act| act.retire(self.sandbox)));
        let jobs = self.watch_jobs(Phase::Retiring, &acts, jobs).await;
        acts.iter_mut().zip(jobs).for_each(|(act, job)| act.note(job));
        self.watch_for(Phase::After, &acts, self.options.after).await;
        let last = acts.iter().map(|act| act.progress(self.sandbox)).collect();
        let targets = try_join_all(acts.into_iter().map(|act| act.close(self.sandbox))).await?;
        self.progress.send_modify(|progress| {
            progress.phase = Phase::Over;
            progress.elapsed = self.began.elapsed();
            progress.targets = last;
        });
        Ok(Report::of(targets))
    }

    async fn watch_for(&self, phase: Phase, acts: &[Act], time: Duration) {
        let until = Instant::now() + time;
        let mut frames = frames();
        while Instant::now() < until {
            frames.tick().await;
            self.tell(phase, acts);
        }
    }

    async fn watch_rotations(&self, acts: &mut [Act]) -> anyhow::Result<()> {
        let give_up = Instant::now() + ROTATED_WITHIN;
        let attempts = Options::default().rotation.attempts;
        let mut frames = frames();
        loop {
            frames.tick().await;
            self.tell(Phase::Rotating, acts);
            let mut all_over = true;
            for act in acts.iter_mut() {
                all_over &= act.is_over(self.sandbox, attempts).await?;
            }
            // A rotation that is not over by then falls short.
            if all_over || Instant::now() > give_up {
                return Ok(());
            }
        }
    }

    /// Waits for the jobs of all targets, which run at once.
    async fn watch_jobs<T>(&self, phase: Phase, acts: &[Act], jobs: impl Future<Output = T>) -> T {
        tokio::pin!(jobs);
        let mut frames = frames();
        loop {
            tokio::select! {
                jobs = &mut jobs => return jobs,
                _ = frames.tick() => self.tell(phase, acts),
            }
        }
    }

    fn tell(&self, phase: Phase, acts: &[Act]) {
        self.progress.send_modify(|progress| {
            progress.phase = phase;
            progress.elapsed = self.began.elapsed();
            if !acts.is_empty() {
                progress.targets = acts.iter().map(|act| act.progress(self.sandbox)).collect();
            }
        });
    }
}

/// Name and number of what `redis-server --version` says: `Redis server v=7.0.15 sha=…`.
fn version(said: &str) -> String {
    let mut words = said.split_whitespace();
    let (name, number) = (words.next().unwrap_or(said), words.find_map(|word| word.strip_prefix("v=")));
    number.map_or_else(|| said.to_owned(), |number| format!("{name} {number}"))
}

fn frames() -> tokio::time::Interval {
    let mut frames = interval(FRAME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    frames
}
