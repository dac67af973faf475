//! What uses the credential of a target and is listed in its settings.

mod function;
mod service;

use anyhow::ensure;
use secrecy::SecretString;
use serde_json::Value;

use crate::{
    acts,
    estate::Consumer,
    person::GivenUp,
    what::Function,
    world::{PARAMETER, World},
};

/// The variable with what a task or a function uses.
const VARIABLE: &str = "REDIS_URL";

/// How often the first publication is tried: a login may take too long.
const TRIES: usize = 10;

/// Creates the consumer of a world, and waits until it uses what is published.
///
/// # Errors
/// A call is refused, nothing is published, or the service does not become steady.
pub(crate) async fn create(world: &World, kind: Consumer) -> anyhow::Result<()> {
    match kind {
        // A task starts with what is published.
        Consumer::Service => {
            publish(world, || world.aws.ssm.value(PARAMETER).is_some()).await?;
            service::create(world).await
        }
        // What is published is written into the environment of a function.
        Consumer::Function => {
            function::create(world);
            publish(world, || !function::used(world).is_empty()).await
        }
    }
}

/// Invokes `sync-connection` until what it publishes is there.
async fn publish(world: &World, is_published: impl Fn() -> bool) -> anyhow::Result<()> {
    for _ in 0..TRIES {
        if is_published() {
            return Ok(());
        }
        acts::invoke(world, Function::Sync).await;
    }
    ensure!(is_published(), "nothing is published");
    Ok(())
}

/// Adds it to the settings of the target.
pub(crate) fn add_to(settings: &mut Value, kind: Consumer) {
    match kind {
        Consumer::Service => service::add_to(settings),
        Consumer::Function => function::add_to(settings),
    }
}

/// Has a person deploy it.
pub(crate) async fn deploy(world: &World) -> Result<(), GivenUp> {
    match world.plan.estate.consumer.ok_or(GivenUp)? {
        Consumer::Service => service::deploy(world).await,
        Consumer::Function => function::deploy(world).await,
    }
}

/// Waits until a deployment in progress has ended, if there is one.
///
/// # Errors
/// The service does not become steady.
pub(crate) async fn settled(world: &World) -> anyhow::Result<()> {
    match world.plan.estate.consumer {
        Some(Consumer::Service) => service::settled(world).await,
        Some(Consumer::Function) | None => Ok(()),
    }
}

/// The URLs that it uses: what running tasks read when they started, and what the environment of a function has.
pub(crate) fn used(world: &World) -> Vec<SecretString> {
    match world.plan.estate.consumer {
        Some(Consumer::Service) => service::used(world),
        Some(Consumer::Function) => function::used(world),
        None => Vec::new(),
    }
}
