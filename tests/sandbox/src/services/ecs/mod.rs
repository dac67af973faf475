//! ECS on Fargate: services, whose tasks are real processes with addresses of their own, or simulated ones in memory.

mod check;
mod clusters;
mod command;
mod container;
mod create_service;
mod definition;
mod delete_service;
mod describe_services;
mod errors;
mod events;
mod health;
mod hooks;
mod memory;
mod names;
mod place;
mod process;
mod programs;
mod reconcile;
mod run;
mod schedule;
#[cfg(test)]
mod schedule_tests;
mod secrets;
mod service;
mod store;
mod tags;
mod task;
mod tasks;
mod update_service;

use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::BoxFuture;
use tokio::{sync::watch, task::JoinSet};

use super::{CloudMap, SecretsManager, Ssm};
use crate::{
    clock,
    delivery::Events,
    journal::Journal,
    redis::{Fleet, Program},
    wire::{Answer, AwsError, Call, Description, Protocol, Service},
};

pub use hooks::TaskView;
pub use memory::Simulated;
use place::{Machine, Place};
use store::State;
pub(in crate::services) use store::seconds;

/// The source of its events.
const SOURCE: &str = "aws.ecs";

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "ecs",
    protocols: &[Protocol::Json { target_prefix: "AmazonEC2ContainerServiceV20141113" }],
    invalid_input: "InvalidParameterException",
    event_sources: &[SOURCE],
};

/// How long things take in ECS.
#[derive(Clone, Copy, Debug)]
pub struct EcsTiming {
    /// How long a task is `PROVISIONING`: it gets its network interface.
    pub provision: Duration,
    /// How long a task is `PENDING`: it reads its secrets, and pulls its image.
    pub pull: Duration,
    /// How long a task is `ACTIVATING`, then it is in Cloud Map.
    pub activate: Duration,
    /// How long a task is `DEACTIVATING`: it is out of Cloud Map, and still runs.
    pub deactivate: Duration,
    /// How long a task is `DEPROVISIONING`.
    pub deprovision: Duration,
    /// How long the scheduler takes to notice anything.
    pub notice: Duration,
    /// How long the scheduler waits after a task that ended sooner than this.
    pub retry: Duration,
    /// How long one second of a task definition lasts, in `stopTimeout` and in health checks.
    pub second: Duration,
    /// How long a stopped task can still be described.
    pub keep_stopped: Duration,
}

impl Default for EcsTiming {
    /// Quick enough to watch: a task starts in half a second where AWS takes half a minute.
    fn default() -> Self {
        Self {
            provision: Duration::from_millis(200),
            pull: Duration::from_millis(200),
            activate: Duration::from_millis(100),
            deactivate: Duration::from_millis(100),
            deprovision: Duration::from_millis(200),
            notice: Duration::from_millis(50),
            retry: Duration::from_secs(1),
            second: Duration::from_millis(200),
            keep_stopped: Duration::from_secs(60),
        }
    }
}

/// The services that tasks depend on, and the recipient of events.
#[derive(Debug)]
pub(crate) struct Neighbours {
    pub(crate) secrets_manager: Arc<SecretsManager>,
    pub(crate) ssm: Arc<Ssm>,
    pub(crate) cloud_map: Arc<CloudMap>,
    pub(crate) events: Events,
}

/// The clusters, services and tasks of one sandbox.
pub struct Ecs {
    state: Mutex<State>,
    /// Notifies the scheduler, and those who wait for a service, of a change.
    changed: watch::Sender<()>,
    /// Set when ECS stops.
    ended: watch::Sender<bool>,
    /// The background tasks: the scheduler, and one for each task.
    lives: Mutex<JoinSet<()>>,
    fleet: Arc<Fleet>,
    neighbours: Neighbours,
    place: Place,
}

impl Service for Ecs {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { self.call(call) })
    }
}

impl Ecs {
    /// Starts ECS without a cluster. It keeps its files under `home`.
    ///
    /// # Errors
    /// The program for `redis:8…` images cannot be run.
    pub(crate) fn start(
        home: &Path,
        fleet: Arc<Fleet>,
        neighbours: Neighbours,
        timing: EcsTiming,
        redis_8: Option<&Path>,
    ) -> anyhow::Result<Arc<Self>> {
        let home = home.join("ecs");
        std::fs::create_dir_all(&home)?;
        let place = Place::Machine(Machine { home, redis_8: redis_8.map(Program::at).transpose()? });
        Ok(Self::at(place, fleet, neighbours, timing))
    }

    /// Starts ECS without a cluster, whose containers are in memory: a Redis is a simulated node, and every other program does
    /// nothing until it is stopped. The journal is told when a container starts or ends.
    pub(crate) fn in_memory(
        fleet: Arc<Fleet>,
        neighbours: Neighbours,
        timing: EcsTiming,
        journal: Arc<Journal>,
    ) -> Arc<Self> {
        Self::at(Place::Memory(journal), fleet, neighbours, timing)
    }

    fn at(place: Place, fleet: Arc<Fleet>, neighbours: Neighbours, timing: EcsTiming) -> Arc<Self> {
        let ecs = Arc::new(Self {
            state: Mutex::new(State {
                timing,
                clusters: BTreeMap::new(),
                definitions: BTreeMap::new(),
                doomed: BTreeMap::new(),
            }),
            changed: watch::Sender::new(()),
            ended: watch::Sender::new(false),
            lives: Mutex::default(),
            fleet,
            neighbours,
            place,
        });
        ecs.lives().spawn(reconcile::keep(ecs.clone()));
        ecs
    }

    /// Carries out one call.
    pub(crate) fn call(&self, call: &Call) -> Result<Answer, AwsError> {
        let now = clock::now();
        let state = &mut *self.state();
        let result = match call.operation.as_str() {
            "CreateCluster" => clusters::create(state, call),
            "CreateService" => create_service::create(state, &self.neighbours.cloud_map, call, now),
            "DeleteService" => delete_service::delete(state, call),
            "DescribeClusters" => clusters::describe(state, call),
            "DescribeServices" => describe_services::describe(state, call),
            "DescribeTaskDefinition" => definition::describe(state, call),
            "DescribeTasks" => tasks::describe(state, call),
            "ListServices" => describe_services::list(state, call),
            "ListTagsForResource" => tags::list(state, call),
            "ListTasks" => tasks::list(state, call),
            "RegisterTaskDefinition" => definition::register(state, call, now),
            "StopTask" => tasks::stop(state, call, now),
            "TagResource" => tags::tag(state, call),
            "UpdateService" => update_service::update(state, call, now),
            _ => Err(call.unknown()),
        };
        events::take(state).into_iter().for_each(|event| self.neighbours.events.publish(event));
        self.changed.send_replace(());
        result
    }

    /// Stops every process and waits for its end. No other is started afterwards.
    pub(crate) async fn stop(&self) {
        self.ended.send_replace(true);
        self.changed.send_replace(());
        let mut lives = std::mem::take(&mut *self.lives());
        while lives.join_next().await.is_some() {}
    }

    /// Notifies those who wait of a change, and publishes events.
    fn tell(&self) {
        events::take(&mut self.state()).into_iter().for_each(|event| self.neighbours.events.publish(event));
        self.changed.send_replace(());
    }

    /// Whether ECS was stopped.
    fn is_stopped(&self) -> bool {
        *self.ended.borrow()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }

    fn lives(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.lives.lock().expect("the lock is not poisoned")
    }
}

impl fmt::Debug for Ecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ecs").finish_non_exhaustive()
    }
}
