//! What is on the stage: the targets, built, under load and watched.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use aws_sdk_secretsmanager::types::RotationRulesType;
use futures::future::try_join_all;
use policy::{
    Target,
    target::{LambdaEnvironment, Output},
};
use rand::distr::{Alphanumeric, SampleString};
use sandbox::Sandbox;
use secrecy::SecretString;
use tokio::time::Instant;
use workload::{provision, put_settings};

use super::{
    DemoOptions, RETIRE, ROTATE, SYNC,
    consumers::{self, Consumers},
    crowd::Crowd,
    follow::Followed,
    job::{self, Job},
    progress::{PUBLICATION, RETIREMENT, TargetProgress},
    published::Places,
    report::{JobReport, PublishedReport, TargetReport},
    systems::{SYSTEMS, System},
};

/// How long both credentials are valid in the demo, in seconds, in place of a day.
const OVERLAP_S: u64 = 2;

/// How long a publication may take, and a retirement, its overlap included: some ten times what they need.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the first publication is called, before there is any load.
const FIRST: &str = "publish";

/// One target on the stage.
pub(crate) struct Act {
    target: Target,
    secret_arn: String,
    words: &'static str,
    crowd: Crowd,
    consumers: Consumers,
    places: Option<Places>,
    version_before: String,
    rotation: Rotation,
    followed_up: Vec<JobReport>,
    /// What its consumers were served until the last of these jobs had ended.
    served_before: u64,
}

/// How far the rotation of a target is.
enum Rotation {
    NotAsked,
    Running { since: Instant },
    Over { succeeded: bool, duration_ms: u64 },
}

/// The systems that are to be shown.
///
/// # Errors
/// One of the names is no target's.
pub(crate) fn chosen(only: &[String]) -> anyhow::Result<Vec<(Target, &'static System)>> {
    let all = SYSTEMS.iter().map(|system| Ok((Target::parse(system.document)?, system)));
    let all = all.collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(unknown) = only.iter().find(|name| all.iter().all(|(target, _)| target.name != **name)) {
        let names: Vec<_> = all.iter().map(|(target, _)| target.name.as_str()).collect();
        bail!("the demo has no target {unknown:?}; it has {}", names.join(", "));
    }
    Ok(all.into_iter().filter(|(target, _)| only.is_empty() || only.contains(&target.name)).collect())
}

/// Names and shapes, before anything is built.
pub(crate) fn announced(chosen: &[(Target, &'static System)]) -> Vec<TargetProgress> {
    let of = |(target, system): &(Target, &'static System)| TargetProgress {
        name: target.name.clone(),
        shape: system.words.to_owned(),
        ..TargetProgress::default()
    };
    chosen.iter().map(of).collect()
}

/// Builds everything that Terraform would, and sets the clients to work.
pub(crate) async fn build(
    sandbox: &Sandbox,
    chosen: &[(Target, &'static System)],
    options: &DemoOptions,
) -> anyhow::Result<Vec<Act>> {
    sandbox.secrets_manager.promote_early(options.promote_early);
    try_join_all(chosen.iter().map(|(_, system)| Act::build(sandbox, system, options))).await
}

impl Act {
    async fn build(sandbox: &Sandbox, system: &System, options: &DemoOptions) -> anyhow::Result<Self> {
        let token = SecretString::from(Alphanumeric.sample_string(&mut rand::rng(), 64));
        let made = provision(sandbox, system.document, system.shape, Some(&token)).await?;
        let mut target = made.target.clone();
        target.retirement.overlap_s = OVERLAP_S;
        target.rollout.debounce_s = 0;
        put_settings(sandbox, &target.name, &serde_json::to_string_pretty(&target)?).await?;
        consumers::create_functions(sandbox, &target);
        // Who reads parameters when it starts needs them then.
        let first = job::run(sandbox, publication(&target, FIRST)).await;
        let why = first.reason.unwrap_or_default();
        ensure!(first.outcome != "failed", "the first publication of {} failed: {why}", target.name);
        let consumers = Consumers::start(sandbox, &target).await?;
        let crowd = Crowd::of(sandbox, &made, options.load).await?;
        if options.missing_output {
            let document = serde_json::to_string_pretty(&with_a_missing_output(&target)?)?;
            put_settings(sandbox, &target.name, &document).await?;
        }
        let places = (!target.outputs.is_empty()).then(|| Places::of(sandbox, &target)).transpose()?;
        let version_before = current_version(sandbox, &made.secret_arn).await?;
        Ok(Self {
            target,
            secret_arn: made.secret_arn,
            words: system.words,
            crowd,
            consumers,
            places,
            version_before,
            rotation: Rotation::NotAsked,
            followed_up: Vec::new(),
            served_before: 0,
        })
    }

    /// Has Secrets Manager rotate the secret now.
    pub(crate) async fn rotate(&mut self, sandbox: &Sandbox, function_arn: &str) -> anyhow::Result<()> {
        aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config())
            .rotate_secret()
            .secret_id(&self.secret_arn)
            .rotation_lambda_arn(function_arn)
            .rotation_rules(RotationRulesType::builder().automatically_after_days(90).build())
            .send()
            .await?;
        self.rotation = Rotation::Running { since: Instant::now() };
        Ok(())
    }

    /// Whether the rotation is over; asks AWS while it is not.
    ///
    /// Secrets Manager sets the date when `finishSecret` has returned and AWSCURRENT has moved; after its last try it does
    /// no more.
    pub(crate) async fn is_over(&mut self, sandbox: &Sandbox, attempts: usize) -> anyhow::Result<bool> {
        let Rotation::Running { since } = self.rotation else { return Ok(true) };
        let described = describe(sandbox, &self.secret_arn).await?;
        let succeeded = described.last_rotated_date.is_some();
        if succeeded || self.followed(sandbox).failures() >= attempts {
            let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.rotation = Rotation::Over { succeeded, duration_ms };
            return Ok(true);
        }
        Ok(false)
    }

    /// Has what its applications read follow the rotation, and its services after that; then restarts its clients, and
    /// those of its consumers that nobody has restarted.
    pub(crate) async fn follow(&self, sandbox: &Sandbox) -> anyhow::Result<JobReport> {
        let job = job::run(sandbox, publication(&self.target, PUBLICATION)).await;
        self.crowd.roll();
        self.consumers.roll().await?;
        Ok(job)
    }

    /// Has the old credential taken away.
    pub(crate) async fn retire(&self, sandbox: &Sandbox) -> JobReport {
        let (target, patience) = (self.target.name.as_str(), PATIENCE);
        let when_kept = "not-applicable";
        job::run(sandbox, Job { function: RETIRE, step: RETIREMENT, target, when_kept, patience }).await
    }

    /// Takes note of what a function did after the rotation.
    pub(crate) fn note(&mut self, job: JobReport) {
        self.followed_up.push(job);
        self.served_before = self.consumers.met().unwrap_or_default().commands;
    }

    /// What there is to see of it now.
    pub(crate) fn progress(&self, sandbox: &Sandbox) -> TargetProgress {
        let counts = self.crowd.counts();
        let at_start = self.consumers.met().unwrap_or_default();
        TargetProgress {
            name: self.target.name.clone(),
            shape: self.words.to_owned(),
            steps: self.followed(sandbox).steps(),
            commands: counts.commands + at_start.commands,
            at_start: at_start.commands,
            failed: counts.failed + at_start.failed,
            logins: counts.logins,
            violations: counts.violations,
        }
    }

    /// Asks every node once more, ends its clients and its watcher, and says what came of it all.
    pub(crate) async fn close(self, sandbox: &Sandbox) -> anyhow::Result<TargetReport> {
        let followed = self.followed(sandbox);
        let doors = self.crowd.doors(sandbox, &self.target, &self.secret_arn).await?;
        let published = match &self.places {
            Some(places) => Some(published(places, &self.secret_arn).await),
            None => None,
        };
        let (mut clients, watcher) = self.crowd.leave().await;
        if let Some((at_start, failures)) = self.consumers.leave(self.served_before).await {
            clients.commands += at_start.commands;
            clients.failed += at_start.failed;
            clients
                .first_failures
                .extend(failures.into_iter().map(|why| format!("read its parameters at start: {why}")));
            clients.at_start = Some(at_start);
        }
        let version_after = current_version(sandbox, &self.secret_arn).await?;
        let (succeeded, duration_ms) = match self.rotation {
            Rotation::Over { succeeded, duration_ms } => (succeeded, duration_ms),
            Rotation::Running { since } => (false, u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)),
            Rotation::NotAsked => (false, 0),
        };
        let rotated = JobReport {
            function: ROTATE.to_owned(),
            outcome: if succeeded { "done" } else { "failed" }.to_owned(),
            reason: followed.last_failure().filter(|_| !succeeded),
            api_calls: followed.api_calls(),
            duration_ms,
            ..JobReport::default()
        };
        Ok(TargetReport {
            name: self.target.name,
            jobs: std::iter::once(rotated).chain(self.followed_up).collect(),
            published,
            clients,
            watcher,
            version_before: self.version_before,
            version_after,
            doors,
        })
    }

    fn followed(&self, sandbox: &Sandbox) -> Followed {
        Followed::of(&self.target, &self.secret_arn, sandbox.runner.invocations(), sandbox.journal.entries())
    }
}

/// A run of sync-connection until everything is as it should be.
fn publication<'a>(target: &'a Target, step: &'static str) -> Job<'a> {
    let when_kept = if target.outputs.is_empty() { "not-applicable" } else { "done" };
    Job { function: SYNC, step, target: &target.name, when_kept, patience: PATIENCE }
}

/// The same settings with one more output, a Lambda function that is not there.
fn with_a_missing_output(target: &Target) -> anyhow::Result<Target> {
    let variables = [("REDIS_SECRET_ARN".to_owned(), "{secret_arn}".parse().map_err(anyhow::Error::msg)?)].into();
    let missing = LambdaEnvironment { function_name: "missing".to_owned(), variables, url: Default::default() };
    let mut target = target.clone();
    target.outputs.push(Output::LambdaEnvironment(missing));
    Ok(target)
}

/// What applications read now.
async fn published(places: &Places, secret_arn: &str) -> PublishedReport {
    let reason = places.check(secret_arn).await.err().map(|error| format!("{error:#}"));
    PublishedReport { places: places.count(), current: reason.is_none(), reason }
}

async fn describe(
    sandbox: &Sandbox,
    secret: &str,
) -> anyhow::Result<aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput> {
    let client = aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config());
    Ok(client.describe_secret().secret_id(secret).send().await?)
}

async fn current_version(sandbox: &Sandbox, secret: &str) -> anyhow::Result<String> {
    let versions = describe(sandbox, secret).await?.version_ids_to_stages.unwrap_or_default();
    let current = |stages: &Vec<String>| stages.iter().any(|stage| stage == "AWSCURRENT");
    let version = versions.into_iter().find(|(_, stages)| current(stages));
    version.map(|(id, _)| id).context("the secret has no AWSCURRENT")
}
