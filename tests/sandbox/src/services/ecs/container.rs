//! One container: a process group of this machine, or a simulated one in memory.

use std::{io, net::Ipv4Addr};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use secrecy::SecretString;

use super::{
    Ecs,
    definition::{ContainerDefinition, Definition},
    memory::{self, Simulated},
    place::Place,
    process,
};

/// The command of Docker's Redis images.
const REDIS: &str = "redis-server";

/// Whether an image is a Redis image, of any tag and registry.
pub(super) fn is_redis(image: &str) -> bool {
    name_and_tag(image).0 == "redis"
}

/// Whether an image is one of Redis 8.
pub(super) fn is_redis_8(image: &str) -> bool {
    let (name, tag) = name_and_tag(image);
    name == "redis" && tag.starts_with('8')
}

fn name_and_tag(image: &str) -> (&str, &str) {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once([':', '@']).unwrap_or((last, "latest"))
}

/// The words of the command that a container runs.
pub(super) fn words(container: &ContainerDefinition) -> Vec<&str> {
    let mut words: Vec<&str> = container.entry_point.iter().chain(&container.command).map(String::as_str).collect();
    // As the entry point of Docker's images has it.
    let bare = words.first().is_none_or(|first| first.starts_with('-'));
    if bare && container.entry_point.is_empty() && is_redis(&container.image) {
        words.insert(0, REDIS);
    }
    words
}

/// How to run programs in a container.
#[derive(Debug)]
pub(super) enum Environment {
    Process(process::Environment),
    Memory(Simulated),
}

impl Environment {
    /// Makes what a container runs in.
    pub(super) fn make(
        ecs: &Ecs,
        task: &str,
        definition: &Definition,
        container: &ContainerDefinition,
        address: Ipv4Addr,
        environment: Vec<(String, SecretString)>,
    ) -> io::Result<Self> {
        Ok(match &ecs.place {
            Place::Machine(machine) => Self::Process(process::Environment::make(
                (ecs, machine),
                task,
                definition,
                container,
                address,
                environment,
            )?),
            Place::Memory(_) => Self::Memory(memory::make(container, address, environment)?),
        })
    }

    /// Starts the container itself.
    pub(super) fn start(&self, container: &ContainerDefinition) -> io::Result<Running> {
        Ok(match self {
            Self::Process(environment) => Running::Process(environment.start(container)?),
            Self::Memory(simulated) => Running::Memory(simulated.clone()),
        })
    }

    /// Runs a command in the container. In memory, every command succeeds: a health check is met while the container runs.
    pub(super) fn execute(&self, words: &[&str]) -> io::Result<Running> {
        Ok(match self {
            Self::Process(environment) => Running::Process(environment.execute(words)?),
            Self::Memory(_) => Running::Memory(memory::success()),
        })
    }

    /// The simulated container, if it is in memory.
    pub(super) fn simulated(&self) -> Option<&Simulated> {
        match self {
            Self::Process(_) => None,
            Self::Memory(simulated) => Some(simulated),
        }
    }
}

/// A running container.
#[derive(Debug)]
pub(super) enum Running {
    Process(process::Running),
    Memory(Simulated),
}

/// What a signal to a running container goes to, while somebody waits for its end.
#[derive(Debug)]
pub(super) enum Group {
    Process(Pid),
    Memory(Simulated),
}

impl Running {
    /// Waits for its end and returns its exit code: 128 plus the number for a signal.
    pub(super) async fn wait(&mut self) -> i32 {
        match self {
            Self::Process(running) => running.wait().await,
            Self::Memory(simulated) => simulated.ended().await,
        }
    }

    /// Sends SIGTERM.
    pub(super) fn terminate(&self) {
        match self {
            Self::Process(running) => running.terminate(),
            Self::Memory(simulated) => simulated.signal(Signal::SIGTERM),
        }
    }

    /// Kills all of its processes.
    pub(super) fn kill(&self) {
        match self {
            Self::Process(running) => running.kill(),
            Self::Memory(simulated) => simulated.signal(Signal::SIGKILL),
        }
    }

    /// What signals go to.
    pub(super) fn group(&self) -> Group {
        match self {
            Self::Process(running) => Group::Process(running.pid()),
            Self::Memory(simulated) => Group::Memory(simulated.clone()),
        }
    }

    /// Kills all of its processes, and waits for the first.
    pub(super) async fn end(self) {
        match self {
            Self::Process(running) => running.end().await,
            Self::Memory(simulated) => simulated.signal(Signal::SIGKILL),
        }
    }
}

impl Group {
    /// Sends a signal to all of its processes. They may have ended by themselves just now, which comes to the same.
    pub(super) fn signal(&self, signal: Signal) {
        match self {
            Self::Process(group) => {
                let _ = killpg(*group, signal);
            }
            Self::Memory(simulated) => simulated.signal(signal),
        }
    }
}
