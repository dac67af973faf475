//! What is on the stage: the targets, built, under load and watched.

use std::time::Duration;

use anyhow::{Context, bail};
use aws_sdk_secretsmanager::types::RotationRulesType;
use futures::future::try_join_all;
use policy::Target;
use rand::distr::{Alphanumeric, SampleString};
use secrecy::SecretString;
use tokio::time::Instant;

use super::{
    DemoOptions, ROTATE,
    crowd::Crowd,
    follow::Followed,
    progress::TargetProgress,
    report::{JobReport, TargetReport},
    retirement,
    systems::{SYSTEMS, System},
};
use crate::Sandbox;

/// One target on the stage.
pub(crate) struct Act {
    target: Target,
    secret_arn: String,
    words: &'static str,
    crowd: Crowd,
    version_before: String,
    rotation: Rotation,
    retired: Option<JobReport>,
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
        let made = sandbox.provision(system.document, system.shape, Some(&token)).await?;
        let crowd = Crowd::of(sandbox, &made, options.load).await?;
        let (mut target, secret_arn) = (made.target, made.secret_arn);
        target.retirement.overlap_s = retirement::OVERLAP_S;
        sandbox.put_settings(&target.name, &serde_json::to_string_pretty(&target)?).await?;
        retirement::create_consumers(sandbox, &target).await?;
        let version_before = current_version(sandbox, &secret_arn).await?;
        let (rotation, retired) = (Rotation::NotAsked, None);
        Ok(Self { target, secret_arn, words: system.words, crowd, version_before, rotation, retired })
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

    /// Restarts its clients, and deploys its consumers anew.
    pub(crate) async fn roll(&self, sandbox: &Sandbox) -> anyhow::Result<()> {
        self.crowd.roll();
        retirement::roll_consumers(sandbox, &self.target).await
    }

    /// The target's name.
    pub(crate) fn name(&self) -> &str {
        &self.target.name
    }

    /// Takes note of what came of the retirement.
    pub(crate) fn retired(&mut self, job: JobReport) {
        self.retired = Some(job);
    }

    /// What there is to see of it now.
    pub(crate) fn progress(&self, sandbox: &Sandbox) -> TargetProgress {
        let counts = self.crowd.counts();
        TargetProgress {
            name: self.target.name.clone(),
            shape: self.words.to_owned(),
            steps: self.followed(sandbox).steps(),
            commands: counts.commands,
            failed: counts.failed,
            logins: counts.logins,
            violations: counts.violations,
        }
    }

    /// Asks every node once more, ends its clients and its watcher, and says what came of it all.
    pub(crate) async fn close(self, sandbox: &Sandbox) -> anyhow::Result<TargetReport> {
        let followed = self.followed(sandbox);
        let doors = self.crowd.doors(sandbox, &self.target, &self.secret_arn).await?;
        let (clients, watcher) = self.crowd.leave().await;
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
        };
        Ok(TargetReport {
            name: self.target.name,
            jobs: std::iter::once(rotated).chain(self.retired).collect(),
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

/// How long a retirement may take, its overlap included.
pub(crate) const RETIRED_WITHIN: Duration = Duration::from_secs(120);

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
