//! A container in memory: a simulated Redis, or a program that only keeps the environment that it was started with.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use nix::sys::signal::Signal;
use secrecy::SecretString;
use simulated_redis::{Address, Node, Shared, Version};
use tokio::sync::watch;

use super::{
    command,
    container::{is_redis, is_redis_8, words},
    definition::ContainerDefinition,
};
use crate::redis::PORT;

/// A container in memory. It is running until it gets a signal.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// The node, if it is a Redis.
    pub redis: Option<Shared>,
    /// The environment that it was started with, secrets included.
    pub environment: Arc<[(String, SecretString)]>,
    /// The exit code, once it has ended.
    exit_code: watch::Sender<Option<i32>>,
}

/// Starts a container in memory.
///
/// # Errors
/// A Redis has a command or an option that is not simulated.
pub(super) fn make(
    container: &ContainerDefinition,
    address: Ipv4Addr,
    environment: Vec<(String, SecretString)>,
) -> io::Result<Simulated> {
    let mut redis = None;
    if is_redis(&container.image) {
        let files = command::files(&words(container), &environment)?;
        let version = if is_redis_8(&container.image) { Version::Redis8 } else { Version::Redis7 };
        let node = Node::new(version, Address::new(&address.to_string(), PORT), files);
        redis = Some(Arc::new(Mutex::new(node)));
    }
    Ok(Simulated { redis, environment: environment.into(), exit_code: watch::Sender::new(None) })
}

/// A program that has succeeded at once.
pub(super) fn success() -> Simulated {
    Simulated { redis: None, environment: Arc::new([]), exit_code: watch::Sender::new(Some(0)) }
}

impl Simulated {
    /// Ends it at SIGTERM and SIGKILL. Other signals have no effect: a simulation itself makes a node silent.
    pub(super) fn signal(&self, signal: Signal) {
        let code = match (signal, &self.redis) {
            // Redis shuts down; another program dies of the signal.
            (Signal::SIGTERM, Some(_)) => 0,
            (Signal::SIGTERM | Signal::SIGKILL, _) => 128 + signal as i32,
            _ => return,
        };
        self.exit_code.send_if_modified(|ended| ended.is_none() && ended.replace(code).is_none());
        if let Some(redis) = &self.redis {
            redis.lock().expect("the lock is not poisoned").drop_connections();
        }
    }

    /// Waits for its end and returns its exit code.
    pub(super) async fn ended(&self) -> i32 {
        let mut exit_code = self.exit_code.subscribe();
        // The sender lives as long as `self`: this cannot fail.
        let ended = exit_code.wait_for(Option::is_some).await;
        ended.ok().and_then(|code| *code).unwrap_or_default()
    }
}
