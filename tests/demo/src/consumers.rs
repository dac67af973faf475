//! Who reads its parameters when it starts, and never again: the consumers of a target.

use std::collections::BTreeMap;

use policy::{
    Target,
    target::{Consumer, Output},
};
use sandbox::Sandbox;
use workload::create_consumer_service;

use super::{
    SYNC,
    published::Places,
    reader::{Met, Reader},
    report::AtStartReport,
    worker::Worker,
};

/// The consumers of a target.
pub(crate) enum Consumers {
    /// Tasks of ECS services, which sync-connection deploys anew.
    Workers(Vec<Worker>),
    /// A client that the demo starts anew once everything is published.
    Reader(Box<Reader>),
    /// Nothing is published that they could read.
    None,
}

/// Makes the Lambda functions that the settings name: their environments are written, so they come first.
pub(crate) fn create_functions(sandbox: &Sandbox, target: &Target) {
    for consumer in &target.consumers {
        if let Consumer::LambdaFunction { function_name } = consumer {
            sandbox.lambda.create(function_name, BTreeMap::new());
        }
    }
}

impl Consumers {
    /// Makes the services that the settings name, and sets the consumers to work with what is published.
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
        Ok(Self::Reader(Box::new(Reader::start(Places::of(sandbox, target)?).await?)))
    }

    /// Starts those anew that nobody else does.
    pub(crate) async fn roll(&self) -> anyhow::Result<()> {
        match self {
            Self::Reader(reader) => reader.restart().await,
            Self::Workers(_) | Self::None => Ok(()),
        }
    }

    /// What they met so far; `None` where there is nobody.
    pub(crate) fn met(&self) -> Option<Met> {
        match self {
            Self::Workers(workers) => {
                let add = |sum: Met, one: Met| Met {
                    commands: sum.commands + one.commands,
                    failed: sum.failed + one.failed,
                    failures: [sum.failures, one.failures].concat(),
                };
                Some(workers.iter().map(Worker::met).fold(Met::default(), add))
            }
            Self::Reader(reader) => Some(reader.met()),
            Self::None => None,
        }
    }

    /// Ends them, and says what they met; before the retirement had ended it was so many commands.
    pub(crate) async fn leave(self, commands_before: u64) -> Option<(AtStartReport, Vec<String>)> {
        let restarted_by = if matches!(self, Self::Workers(_)) { SYNC } else { "demo" };
        let met = match self {
            Self::Reader(reader) => Some(reader.leave().await),
            // The sandbox ends their tasks.
            others => others.met(),
        }?;
        let Met { commands, failed, failures } = met;
        let restarted_by = restarted_by.to_owned();
        let commands_after_retirement = commands.saturating_sub(commands_before);
        Some((AtStartReport { restarted_by, commands, commands_after_retirement, failed }, failures))
    }
}

/// The parameter that holds the whole URL.
fn url_parameter(target: &Target) -> Option<&str> {
    target.outputs.iter().find_map(|output| match output {
        Output::SsmParameter(parameter) if parameter.value.to_string() == "{url}" => Some(parameter.name.as_str()),
        _ => None,
    })
}
