//! The state of ECS.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    EcsTiming,
    definition::Definition,
    errors::{client, no_cluster, no_service},
    names::{resource, within},
    service::Service,
    task::Task,
};
use crate::wire::AwsError;

/// Everything, behind one lock.
#[derive(Debug)]
pub(super) struct State {
    pub(super) timing: EcsTiming,
    pub(super) clusters: BTreeMap<String, Cluster>,
    /// The revisions of each family, the first one first.
    pub(super) definitions: BTreeMap<String, Vec<Arc<Definition>>>,
    /// Why new tasks of a service do not start, by cluster and service.
    pub(super) doomed: BTreeMap<(String, String), String>,
}

/// One cluster.
#[derive(Debug)]
pub(super) struct Cluster {
    pub(super) name: String,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) services: BTreeMap<String, Service>,
    /// Every task, the oldest first; stopped ones for a while.
    pub(super) tasks: Vec<Task>,
}

impl State {
    /// The cluster of this name or ARN; `default` where none is named.
    pub(super) fn cluster(&mut self, reference: Option<&str>) -> Result<&mut Cluster, AwsError> {
        self.find_cluster(reference.unwrap_or("default")).ok_or_else(no_cluster)
    }

    /// The cluster of this name or ARN, if there is one.
    pub(super) fn find_cluster(&mut self, reference: &str) -> Option<&mut Cluster> {
        let name = match reference.starts_with("arn:") {
            true => resource(reference)?.strip_prefix("cluster/")?,
            false => reference,
        };
        self.clusters.get_mut(name)
    }

    /// The task of this id, in whichever cluster.
    pub(super) fn task(&mut self, id: &str) -> Option<&mut Task> {
        self.clusters.values_mut().find_map(|cluster| cluster.tasks.iter_mut().find(|task| task.id == id))
    }

    /// The revision that `family`, `family:3` or an ARN means.
    pub(super) fn definition(&self, reference: &str) -> Result<Arc<Definition>, AwsError> {
        let none = || client("Unable to describe task definition.");
        let name = match reference.starts_with("arn:") {
            true => resource(reference).and_then(|rest| rest.strip_prefix("task-definition/")).ok_or_else(none)?,
            false => reference,
        };
        let (family, revision) = name.split_once(':').map_or((name, None), |(family, number)| (family, Some(number)));
        let revisions = self.definitions.get(family).ok_or_else(none)?;
        let found = match revision {
            None => revisions.last(),
            Some(number) => revisions.iter().find(|definition| definition.revision.to_string() == number),
        };
        found.cloned().ok_or_else(none)
    }
}

impl Cluster {
    /// The service of this name or ARN, deleted ones included.
    pub(super) fn service(&mut self, reference: &str) -> Result<&mut Service, AwsError> {
        let name = within(reference, "service", &self.name)?;
        self.services.get_mut(name).ok_or_else(no_service)
    }
}

/// A time as JSON 1.1 has it: seconds since the epoch.
pub(in crate::services) fn seconds(time: Timestamp) -> f64 {
    time.as_duration().as_secs_f64()
}
