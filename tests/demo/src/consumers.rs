//! The consumers of a target: clients that read their parameters only at startup.

use std::collections::BTreeMap;

use policy::{
    Target,
    target::{Consumer, Output},
};
use sandbox::Sandbox;
use workload::create_consumer_service;

use super::{
    SYNC,
    published::Outputs,
    reader::{ClientStats, Reader},
    report::AtStartReport,
    worker::Worker,
};

/// The consumers of a target.
pub(crate) enum Consumers {
    /// Tasks of ECS services, which sync-connection redeploys.
    Workers(Vec<Worker>),
    /// A client that the demo restarts once everything is published.
    Reader(Box<Reader>),
    /// None: the target has no outputs to read.
    None,
}

/// Creates the Lambda functions in the settings. The first publication writes their environments, so they must exist.
pub(crate) fn create_functions(sandbox: &Sandbox, target: &Target) {
    for consumer in &target.consumers {
        if let Consumer::LambdaFunction { function_name } = consumer {
            sandbox.lambda.create(function_name, BTreeMap::new());
        }
    }
}

impl Consumers {
    /// Creates the services in the settings, and starts the consumers with what is published.
    pub(crate) async fn start(sandbox: &Sandbox, target: &Target) -> anyhow::Result<Self> {
        let mut workers = Vec::new();
        for consumer in &target.consumers {
            let Consumer::EcsService { cluster, service } = consumer else { continue };
            match url_parameter(target) {
                Some(parameter) => workers.push(Worker::start(sandbox, cluster, service, parameter).await?),
                None => create_consumer_service(sandbox, cluster, service, 1).await?,
            }
        }
        if !workers.is_empty() {
            return Ok(Self::Workers(workers));
        }
        if target.outputs.is_empty() {
            return Ok(Self::None);
        }
        Ok(Self::Reader(Box::new(Reader::start(Outputs::of(sandbox, target)?).await?)))
    }

    /// Restarts the client, if it is not in ECS.
    pub(crate) async fn restart(&self) -> anyhow::Result<()> {
        match self {
            Self::Reader(reader) => reader.restart().await,
            Self::Workers(_) | Self::None => Ok(()),
        }
    }

    /// Returns the counts so far; `None` if the target has no consumers.
    pub(crate) fn stats(&self) -> Option<ClientStats> {
        match self {
            Self::Workers(workers) => {
                let add = |sum: ClientStats, one: ClientStats| ClientStats {
                    commands: sum.commands + one.commands,
                    failed: sum.failed + one.failed,
                    failures: [sum.failures, one.failures].concat(),
                };
                Some(workers.iter().map(Worker::stats).fold(ClientStats::default(), add))
            }
            Self::Reader(reader) => Some(reader.stats()),
            Self::None => None,
        }
    }

    /// Stops the consumers and returns their counts, and their first failures. `commands_before` is the count when the
    /// retirement ended.
    pub(crate) async fn stop(self, commands_before: u64) -> Option<(AtStartReport, Vec<String>)> {
        let restarted_by = if matches!(self, Self::Workers(_)) { SYNC } else { "demo" };
        let stats = match self {
            Self::Reader(reader) => Some(reader.stop().await),
            // The sandbox stops their tasks.
            others => others.stats(),
        }?;
        let ClientStats { commands, failed, failures } = stats;
        let restarted_by = restarted_by.to_owned();
        let commands_after_retirement = commands.saturating_sub(commands_before);
        Some((AtStartReport { restarted_by, commands, commands_after_retirement, failed }, failures))
    }
}

/// Returns the name of the parameter with the whole URL.
fn url_parameter(target: &Target) -> Option<&str> {
    target.outputs.iter().find_map(|output| match output {
        Output::SsmParameter(parameter) if parameter.value.to_string() == "{url}" => Some(parameter.name.as_str()),
        _ => None,
    })
}
