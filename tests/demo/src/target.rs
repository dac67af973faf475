//! A target of the demo: created, put under load, rotated, published and retired.

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
    activity::Activity,
    consumers::{self, Consumers},
    job::{self, Job},
    progress::{PUBLICATION, RETIREMENT, TargetProgress},
    published::Outputs,
    report::{JobReport, PublishedReport, TargetReport},
    systems::{SYSTEMS, System},
    traffic::Traffic,
};

/// The overlap in the demo, in seconds, instead of a day.
const OVERLAP_S: u64 = 2;

/// How long a publication may take, or a retirement with its overlap: about ten times what they need.
const PATIENCE: Duration = Duration::from_secs(120);

/// The label of the first publication, before there is any load.
const FIRST: &str = "publish";

/// One target of the demo.
pub(crate) struct DemoTarget {
    target: Target,
    secret_arn: String,
    words: &'static str,
    traffic: Traffic,
    consumers: Consumers,
    outputs: Option<Outputs>,
    version_before: String,
    rotation: Rotation,
    jobs: Vec<JobReport>,
    /// The commands of its consumers until the last of these jobs ended.
    served_before: u64,
}

/// The state of a target's rotation.
enum Rotation {
    NotStarted,
    Running { since: Instant },
    Ended { succeeded: bool, duration_ms: u64 },
}

/// Returns the systems to show.
///
/// # Errors
/// One of the names is not a target's.
pub(crate) fn chosen(only: &[String]) -> anyhow::Result<Vec<(Target, &'static System)>> {
    let all = SYSTEMS.iter().map(|system| Ok((Target::parse(system.document)?, system)));
    let all = all.collect::<anyhow::Result<Vec<_>>>()?;
    if let Some(unknown) = only.iter().find(|name| all.iter().all(|(target, _)| target.name != **name)) {
        let names: Vec<_> = all.iter().map(|(target, _)| target.name.as_str()).collect();
        bail!("the demo has no target {unknown:?}; it has {}", names.join(", "));
    }
    Ok(all.into_iter().filter(|(target, _)| only.is_empty() || only.contains(&target.name)).collect())
}

/// Returns the progress of targets that are not created yet: their names and shapes.
pub(crate) fn planned(chosen: &[(Target, &'static System)]) -> Vec<TargetProgress> {
    let of = |(target, system): &(Target, &'static System)| TargetProgress {
        name: target.name.clone(),
        shape: system.words.to_owned(),
        ..TargetProgress::default()
    };
    chosen.iter().map(of).collect()
}

/// Creates everything that Terraform would, and starts the clients.
pub(crate) async fn create(
    sandbox: &Sandbox,
    chosen: &[(Target, &'static System)],
    options: &DemoOptions,
) -> anyhow::Result<Vec<DemoTarget>> {
    sandbox.secrets_manager.promote_early(options.promote_early);
    try_join_all(chosen.iter().map(|(_, system)| DemoTarget::create(sandbox, system, options))).await
}

impl DemoTarget {
    async fn create(sandbox: &Sandbox, system: &System, options: &DemoOptions) -> anyhow::Result<Self> {
        let token = SecretString::from(Alphanumeric.sample_string(&mut rand::rng(), 64));
        let made = provision(sandbox, system.document, system.shape, Some(&token)).await?;
        let mut target = made.target.clone();
        target.retirement.overlap_s = OVERLAP_S;
        target.rollout.debounce_s = 0;
        put_settings(sandbox, &target.name, &serde_json::to_string_pretty(&target)?).await?;
        consumers::create_functions(sandbox, &target);
        // Consumers read their parameters at startup, so these are published first.
        let first = job::run(sandbox, publication(&target, FIRST)).await;
        let why = first.reason.unwrap_or_default();
        ensure!(first.outcome != "failed", "the first publication of {} failed: {why}", target.name);
        let consumers = Consumers::start(sandbox, &target).await?;
        let traffic = Traffic::start(sandbox, &made, options.load).await?;
        if options.missing_output {
            let document = serde_json::to_string_pretty(&with_a_missing_output(&target)?)?;
            put_settings(sandbox, &target.name, &document).await?;
        }
        let outputs = (!target.outputs.is_empty()).then(|| Outputs::of(sandbox, &target)).transpose()?;
        let version_before = current_version(sandbox, &made.secret_arn).await?;
        Ok(Self {
            target,
            secret_arn: made.secret_arn,
            words: system.words,
            traffic,
            consumers,
            outputs,
            version_before,
            rotation: Rotation::NotStarted,
            jobs: Vec::new(),
            served_before: 0,
        })
    }

    /// Starts the rotation of the secret.
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

    /// Whether the rotation has ended; asks AWS until it has.
    ///
    /// Secrets Manager sets `LastRotatedDate` once `finishSecret` has returned and AWSCURRENT has moved. A rotation fails
    /// after `attempts` failed steps.
    pub(crate) async fn has_rotated(&mut self, sandbox: &Sandbox, attempts: usize) -> anyhow::Result<bool> {
        let Rotation::Running { since } = self.rotation else { return Ok(true) };
        let described = describe(sandbox, &self.secret_arn).await?;
        let succeeded = described.last_rotated_date.is_some();
        if succeeded || self.activity(sandbox).failures() >= attempts {
            let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.rotation = Rotation::Ended { succeeded, duration_ms };
            return Ok(true);
        }
        Ok(false)
    }

    /// Publishes the new credential, which redeploys ECS services; then restarts the clients and the consumers that are not
    /// in ECS.
    pub(crate) async fn publish(&self, sandbox: &Sandbox) -> anyhow::Result<JobReport> {
        let job = job::run(sandbox, publication(&self.target, PUBLICATION)).await;
        self.traffic.restart();
        self.consumers.restart().await?;
        Ok(job)
    }

    /// Removes the previous credential.
    pub(crate) async fn retire(&self, sandbox: &Sandbox) -> JobReport {
        let (target, patience) = (self.target.name.as_str(), PATIENCE);
        let when_kept = "not-applicable";
        job::run(sandbox, Job { function: RETIRE, step: RETIREMENT, target, when_kept, patience }).await
    }

    /// Records what a function did after the rotation.
    pub(crate) fn record(&mut self, job: JobReport) {
        self.jobs.push(job);
        self.served_before = self.consumers.stats().unwrap_or_default().commands;
    }

    /// Returns its current state.
    pub(crate) fn progress(&self, sandbox: &Sandbox) -> TargetProgress {
        let counts = self.traffic.counts();
        let at_start = self.consumers.stats().unwrap_or_default();
        TargetProgress {
            name: self.target.name.clone(),
            shape: self.words.to_owned(),
            steps: self.activity(sandbox).steps(),
            commands: counts.commands + at_start.commands,
            at_start: at_start.commands,
            failed: counts.failed + at_start.failed,
            logins: counts.logins,
            refused: counts.refused,
        }
    }

    /// Logs in to every node once more, stops the clients and the watcher, and returns the report.
    pub(crate) async fn close(self, sandbox: &Sandbox) -> anyhow::Result<TargetReport> {
        let activity = self.activity(sandbox);
        let nodes = self.traffic.nodes_report(sandbox, &self.target, &self.secret_arn).await?;
        let published = match &self.outputs {
            Some(outputs) => Some(published(outputs, &self.secret_arn).await),
            None => None,
        };
        let (mut clients, watcher) = self.traffic.stop().await;
        if let Some((at_start, failures)) = self.consumers.stop(self.served_before).await {
            clients.commands += at_start.commands;
            clients.failed += at_start.failed;
            clients
                .first_failures
                .extend(failures.into_iter().map(|why| format!("client that reads its parameters at startup: {why}")));
            clients.at_start = Some(at_start);
        }
        let version_after = current_version(sandbox, &self.secret_arn).await?;
        let (succeeded, duration_ms) = match self.rotation {
            Rotation::Ended { succeeded, duration_ms } => (succeeded, duration_ms),
            Rotation::Running { since } => (false, u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)),
            Rotation::NotStarted => (false, 0),
        };
        let rotated = JobReport {
            function: ROTATE.to_owned(),
            outcome: if succeeded { "done" } else { "failed" }.to_owned(),
            reason: activity.last_failure().filter(|_| !succeeded),
            api_calls: activity.api_calls(),
            duration_ms,
            ..JobReport::default()
        };
        Ok(TargetReport {
            name: self.target.name,
            jobs: std::iter::once(rotated).chain(self.jobs).collect(),
            published,
            clients,
            watcher,
            version_before: self.version_before,
            version_after,
            nodes,
        })
    }

    fn activity(&self, sandbox: &Sandbox) -> Activity {
        Activity::of(&self.target, &self.secret_arn, sandbox.runner.invocations(), sandbox.journal.entries())
    }
}

/// A job that runs sync-connection until everything is published and redeployed.
fn publication<'a>(target: &'a Target, step: &'static str) -> Job<'a> {
    let when_kept = if target.outputs.is_empty() { "not-applicable" } else { "done" };
    Job { function: SYNC, step, target: &target.name, when_kept, patience: PATIENCE }
}

/// Adds an output to the settings, a Lambda function that does not exist.
fn with_a_missing_output(target: &Target) -> anyhow::Result<Target> {
    let variables = [("REDIS_SECRET_ARN".to_owned(), "{secret_arn}".parse().map_err(anyhow::Error::msg)?)].into();
    let missing = LambdaEnvironment { function_name: "missing".to_owned(), variables, url: Default::default() };
    let mut target = target.clone();
    target.outputs.push(Output::LambdaEnvironment(missing));
    Ok(target)
}

/// Checks what applications read now.
async fn published(outputs: &Outputs, secret_arn: &str) -> PublishedReport {
    let reason = outputs.check(secret_arn).await.err().map(|error| format!("{error:#}"));
    PublishedReport { outputs: outputs.count(), current: reason.is_none(), reason }
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
