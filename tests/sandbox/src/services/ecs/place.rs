//! Where containers are: on this machine, or in memory.

use std::{path::PathBuf, sync::Arc};

use super::Ecs;
use crate::{
    clock,
    journal::{CallResult, Entry, Journal},
    redis::Program,
};

/// Where the containers of one sandbox are.
#[derive(Debug)]
pub(super) enum Place {
    /// They are processes of this machine.
    Machine(Machine),
    /// They are in memory. Whoever watches the journal is told when one starts or ends.
    Memory(Arc<Journal>),
}

/// What the processes share.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) home: PathBuf,
    /// The program of images named `redis:8…`, if it is another one.
    pub(super) redis_8: Option<Program>,
}

impl Machine {
    /// The folder of an EFS file system.
    pub(super) fn file_system(&self, id: &str) -> PathBuf {
        self.home.join("efs").join(id)
    }

    /// The folder of a task's own volume.
    pub(super) fn volume(&self, task: &str, name: &str) -> PathBuf {
        self.home.join("tasks").join(task).join(format!("volume {name}"))
    }

    /// The folder of a container of a task, named by ARN or id.
    pub(super) fn container_folder(&self, task: &str, container: &str) -> PathBuf {
        self.home.join("tasks").join(task.rsplit('/').next().unwrap_or(task)).join(container)
    }
}

impl Ecs {
    /// The folder of an EFS file system, which outlives every task.
    ///
    /// # Panics
    /// The containers are in memory.
    pub fn file_system(&self, id: &str) -> PathBuf {
        self.machine().file_system(id)
    }

    /// The folder of a container of a task, named by ARN or id: its log is there, and it starts there.
    ///
    /// # Panics
    /// The containers are in memory.
    pub fn container_folder(&self, task: &str, container: &str) -> PathBuf {
        self.machine().container_folder(task, container)
    }

    fn machine(&self) -> &Machine {
        match &self.place {
            Place::Machine(machine) => machine,
            Place::Memory(_) => panic!("containers in memory have no folders"),
        }
    }

    /// Records that a container in memory has started or ended: without a call, a simulation does not see it.
    pub(super) fn record(&self, operation: &str, subject: &str) {
        if let Place::Memory(journal) = &self.place {
            journal.record(Entry {
                at: clock::now(),
                principal: "ecs".to_owned(),
                invocation: None,
                service: "ecs".to_owned(),
                operation: operation.to_owned(),
                subject: Some(subject.to_owned()),
                result: CallResult::Answered,
            });
        }
    }
}
