//! Runs the whole demo, from an empty sandbox to the report.

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
    systems::System,
    target::{self, DemoTarget},
};
use sandbox::{FUNCTION_TIMEOUT, Options, Sandbox};

/// The time between two updates of the progress.
const FRAME: Duration = Duration::from_millis(100);
/// How long the rotations may take: about ten times what they need.
const ROTATED_WITHIN: Duration = Duration::from_secs(120);

/// Runs the demo without reporting progress.
///
/// # Errors
/// A function is not compiled, a `redis-server` does not start, or a call is refused.
pub async fn run(options: DemoOptions) -> anyhow::Result<Report> {
    run_with_progress(options, watch::Sender::default(), pending()).await?.context("the demo was stopped")
}

/// Runs the demo and sends its progress. If `stop` completes first, the demo ends without a report. All processes that it
/// started are stopped in any case.
///
/// # Errors
/// As for [`run`].
pub async fn run_with_progress(
    options: DemoOptions,
    progress: watch::Sender<Progress>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<Option<Report>> {
    for name in [ROTATE, SYNC, RETIRE] {
        let function = options.functions.join(name);
        ensure!(
            function.is_file(),
            "the function {} is not compiled; run `cargo build --workspace --bins` first",
            function.display()
        );
    }
    let chosen = target::chosen(&options.only)?;
    let sandbox = Sandbox::start(Options::default()).await?;
    progress.send_modify(|progress| {
        progress.server = version(sandbox.fleet.server_version());
        progress.targets = target::planned(&chosen);
    });
    let demo = Demo { sandbox: &sandbox, chosen, options, began: Instant::now(), progress };
    let report = tokio::select! {
        report = demo.run() => report.map(Some),
        () = stop => Ok(None),
    };
    drop(demo);
    sandbox.stop().await?;
    report
}

/// A running demo.
struct Demo<'a> {
    sandbox: &'a Sandbox,
    chosen: Vec<(Target, &'static System)>,
    options: DemoOptions,
    began: Instant,
    progress: watch::Sender<Progress>,
}

impl Demo<'_> {
    async fn run(&self) -> anyhow::Result<Report> {
        let function_arn = self.sandbox.deploy(self.options.functions.join(ROTATE), FUNCTION_TIMEOUT)?;
        for name in [SYNC, RETIRE] {
            self.sandbox.deploy(self.options.functions.join(name), FUNCTION_TIMEOUT)?;
        }
        let mut targets = {
            let create = target::create(self.sandbox, &self.chosen, &self.options);
            tokio::pin!(create);
            let mut frames = frames();
            loop {
                tokio::select! {
                    targets = &mut create => break targets?,
                    _ = frames.tick() => self.update(Phase::Creating, &[]),
                }
            }
        };
        self.watch_for(Phase::Before, &targets, self.options.before).await;
        for target in &mut targets {
            target.rotate(self.sandbox, &function_arn).await?;
        }
        self.watch_rotations(&mut targets).await?;
        let jobs = try_join_all(targets.iter().map(|target| target.publish(self.sandbox)));
        let jobs = self.watch_jobs(Phase::Publishing, &targets, jobs).await?;
        targets.iter_mut().zip(jobs).for_each(|(target, job)| target.record(job));
        let jobs = join_all(targets.iter().map(|target| target.retire(self.sandbox)));
        let jobs = self.watch_jobs(Phase::Retiring, &targets, jobs).await;
        targets.iter_mut().zip(jobs).for_each(|(target, job)| target.record(job));
        self.watch_for(Phase::After, &targets, self.options.after).await;
        let last = targets.iter().map(|target| target.progress(self.sandbox)).collect();
        let reports = try_join_all(targets.into_iter().map(|target| target.close(self.sandbox))).await?;
        self.progress.send_modify(|progress| {
            progress.phase = Phase::Ended;
            progress.elapsed = self.began.elapsed();
            progress.targets = last;
        });
        Ok(Report::of(reports))
    }

    async fn watch_for(&self, phase: Phase, targets: &[DemoTarget], time: Duration) {
        let until = Instant::now() + time;
        let mut frames = frames();
        while Instant::now() < until {
            frames.tick().await;
            self.update(phase, targets);
        }
    }

    async fn watch_rotations(&self, targets: &mut [DemoTarget]) -> anyhow::Result<()> {
        let give_up = Instant::now() + ROTATED_WITHIN;
        let attempts = Options::default().rotation.attempts;
        let mut frames = frames();
        loop {
            frames.tick().await;
            self.update(Phase::Rotating, targets);
            let mut all_ended = true;
            for target in targets.iter_mut() {
                all_ended &= target.has_rotated(self.sandbox, attempts).await?;
            }
            // A rotation that has not ended by then fails in the report.
            if all_ended || Instant::now() > give_up {
                return Ok(());
            }
        }
    }

    /// Waits for the jobs of all targets, which run concurrently.
    async fn watch_jobs<T>(&self, phase: Phase, targets: &[DemoTarget], jobs: impl Future<Output = T>) -> T {
        tokio::pin!(jobs);
        let mut frames = frames();
        loop {
            tokio::select! {
                jobs = &mut jobs => return jobs,
                _ = frames.tick() => self.update(phase, targets),
            }
        }
    }

    fn update(&self, phase: Phase, targets: &[DemoTarget]) {
        self.progress.send_modify(|progress| {
            progress.phase = phase;
            progress.elapsed = self.began.elapsed();
            if !targets.is_empty() {
                progress.targets = targets.iter().map(|target| target.progress(self.sandbox)).collect();
            }
        });
    }
}

/// Returns the name and version from the output of `redis-server --version`: `Redis server v=7.0.15 sha=…`.
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
