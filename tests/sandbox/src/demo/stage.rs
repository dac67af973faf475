//! What is on the stage: the targets, built, under load and watched.

use anyhow::Context;
use aws_sdk_secretsmanager::types::RotationRulesType;
use rand::distr::{Alphanumeric, SampleString};
use secrecy::SecretString;
use tokio::time::Instant;

use super::{
    DemoOptions, FUNCTION,
    follow::Followed,
    progress::TargetProgress,
    report::{ClientsReport, JobReport, TargetReport, WatcherVerdict},
};
use crate::{
    Provisioned, Sandbox, Topology,
    load::{Load, LoadTarget, Watcher, WatcherOptions, accepted_by},
};

/// A system of the demo: its settings, as its owner deploys them, and its shape.
struct System {
    document: &'static str,
    topology: Topology,
    shape: &'static str,
}

const SYSTEMS: [System; 2] = [
    System {
        document: include_str!("../../../../infra/examples/paperwurks/target.json"),
        topology: Topology::Cluster { shards: 2, replicas: 1 },
        shape: "ElastiCache, cluster mode, 2 shards × 2 nodes, TLS, AUTH",
    },
    System {
        document: include_str!("../../../../infra/examples/koneksi/target.json"),
        topology: Topology::Single { replicas: 1 },
        shape: "ElastiCache, primary + reader, TLS, AUTH",
    },
];

/// One target on the stage.
pub(crate) struct Act {
    made: Provisioned,
    shape: &'static str,
    load_target: LoadTarget,
    load: Load,
    watcher: Watcher,
    version_before: String,
    rotation: Rotation,
}

/// How far the rotation of a target is.
enum Rotation {
    NotAsked,
    Running { since: Instant },
    Over { succeeded: bool, duration_ms: u64 },
}

/// Names and shapes, before anything is built.
pub(crate) fn announced() -> Vec<TargetProgress> {
    let of = |system: &System| TargetProgress {
        name: policy::Target::parse(system.document).map(|target| target.name).unwrap_or_default(),
        shape: system.shape.to_owned(),
        ..TargetProgress::default()
    };
    SYSTEMS.iter().map(of).collect()
}

/// Builds everything that Terraform would, and sets the clients to work.
pub(crate) async fn build(sandbox: &Sandbox, options: &DemoOptions) -> anyhow::Result<Vec<Act>> {
    sandbox.secrets_manager.promote_early(options.promote_early);
    futures::future::try_join_all(SYSTEMS.iter().map(|system| Act::build(sandbox, system, options))).await
}

impl Act {
    async fn build(sandbox: &Sandbox, system: &System, options: &DemoOptions) -> anyhow::Result<Self> {
        let token = SecretString::from(Alphanumeric.sample_string(&mut rand::rng(), 64));
        let made = sandbox.provision(system.document, system.topology, Some(&token)).await?;
        let load_target = LoadTarget::of(sandbox, &made);
        let load = Load::start(load_target.clone(), options.load).await?;
        let watcher = Watcher::start(load_target.clone(), WatcherOptions::default()).await?;
        let version_before = current_version(sandbox, &made.secret_arn).await?;
        Ok(Self { made, shape: system.shape, load_target, load, watcher, version_before, rotation: Rotation::NotAsked })
    }

    /// Has Secrets Manager rotate the secret now.
    pub(crate) async fn rotate(&mut self, sandbox: &Sandbox, function_arn: &str) -> anyhow::Result<()> {
        aws_sdk_secretsmanager::Client::new(&sandbox.sdk_config())
            .rotate_secret()
            .secret_id(&self.made.secret_arn)
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
        let described = describe(sandbox, &self.made.secret_arn).await?;
        let succeeded = described.last_rotated_date.is_some();
        if succeeded || self.followed(sandbox).failures() >= attempts {
            let duration_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.rotation = Rotation::Over { succeeded, duration_ms };
            return Ok(true);
        }
        Ok(false)
    }

    /// Restarts its clients.
    pub(crate) fn roll(&self) {
        self.load.roll();
    }

    /// What there is to see of it now.
    pub(crate) fn progress(&self, sandbox: &Sandbox) -> TargetProgress {
        let (stats, seen) = (self.load.stats(), self.watcher.report());
        TargetProgress {
            name: self.made.target.name.clone(),
            shape: self.shape.to_owned(),
            steps: self.followed(sandbox).steps(),
            commands: stats.commands,
            failed: stats.failed,
            logins: seen.logins,
            violations: seen.refused,
        }
    }

    /// Ends its clients and its watcher, asks every node once more, and says what came of it all.
    pub(crate) async fn close(self, sandbox: &Sandbox) -> anyhow::Result<TargetReport> {
        let followed = self.followed(sandbox);
        let (stats, seen) = (self.load.stop().await, self.watcher.stop().await);
        let nodes = accepted_by(&self.load_target).await?;
        let version_after = current_version(sandbox, &self.made.secret_arn).await?;
        let (succeeded, duration_ms) = match self.rotation {
            Rotation::Over { succeeded, duration_ms } => (succeeded, duration_ms),
            Rotation::Running { since } => (false, u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)),
            Rotation::NotAsked => (false, 0),
        };
        let why = |failure: &crate::load::Failure| {
            format!("{} {:?} at {}: {}", failure.at, failure.kind, failure.node, failure.reason)
        };
        Ok(TargetReport {
            name: self.made.target.name,
            jobs: vec![JobReport {
                function: FUNCTION.to_owned(),
                outcome: if succeeded { "done" } else { "failed" }.to_owned(),
                api_calls: followed.api_calls(),
                duration_ms,
            }],
            clients: ClientsReport {
                commands: stats.commands,
                failed: stats.failed,
                reconnects: stats.reconnects,
                first_failures: stats.failures.iter().map(why).collect(),
            },
            watcher: WatcherVerdict { logins: seen.logins, violations: seen.refused },
            version_before: self.version_before,
            version_after,
            nodes_accepting: nodes.iter().filter(|(_, accepted)| *accepted).count(),
            nodes: nodes.len(),
        })
    }

    fn followed(&self, sandbox: &Sandbox) -> Followed {
        Followed::of(&self.made.secret_arn, sandbox.runner.invocations(), sandbox.journal.entries())
    }
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
