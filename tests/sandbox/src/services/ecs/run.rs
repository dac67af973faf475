//! The life of one task, from its network interface to its end.

use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use futures::{
    StreamExt,
    future::{join_all, pending},
    stream::FuturesUnordered,
};
use jiff::Timestamp;
use nix::sys::signal::Signal;
use secrecy::SecretString;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{
    Ecs, EcsTiming,
    container::{Environment, Running, is_redis},
    definition::Definition,
    health, secrets,
    task::{LastStatus, StopCode, Task},
};
use crate::{
    clock,
    redis::{DIRECT_PORT, Gate, PORT, Upstream},
    services::{REGION, servicediscovery::Instance},
};

/// The default time between SIGTERM and SIGKILL.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html>
const STOP_TIMEOUT: u32 = 30;

/// Runs a task in the background.
pub(super) fn spawn(ecs: &Arc<Ecs>, id: String) {
    let this = ecs.clone();
    let mut lives = ecs.lives();
    while lives.try_join_next().is_some() {}
    lives.spawn(async move {
        let mut ended = this.ended.subscribe();
        let mut containers = Vec::new();
        let Some(mut life) = Life::of(&this, &id) else { return };
        tokio::select! {
            biased;
            _ = ended.wait_for(|ended| *ended) => {}
            () = life.live(&mut containers) => {}
        }
        join_all(containers.into_iter().map(Running::end)).await;
    });
}

/// What a task is made of while it lives.
struct Life {
    ecs: Arc<Ecs>,
    id: String,
    definition: Arc<Definition>,
    timing: EcsTiming,
    stop: watch::Receiver<bool>,
    signals: watch::Receiver<Option<Signal>>,
    environments: Vec<Environment>,
    /// The way to the task's Redis, and the gate in front of it.
    gate: Option<(Arc<Gate>, Arc<Upstream>)>,
}

impl Life {
    fn of(ecs: &Arc<Ecs>, id: &str) -> Option<Self> {
        let mut state = ecs.state();
        let timing = state.timing;
        let task = state.task(id)?;
        let (definition, stop, signals) = (task.definition.clone(), task.stop.subscribe(), task.signals.subscribe());
        Some(Self {
            ecs: ecs.clone(),
            id: id.to_owned(),
            definition,
            timing,
            stop,
            signals,
            environments: Vec::new(),
            gate: None,
        })
    }

    async fn live(&mut self, containers: &mut Vec<Running>) {
        let mut stop = self.stop.clone();
        let begun = tokio::select! {
            biased;
            () = told(&mut stop) => Ok(()),
            begun = self.begin(containers) => begun,
        };
        match begun {
            Err(why) => self.end(StopCode::TaskFailedToStart, why),
            Ok(()) => tokio::select! {
                biased;
                () = told(&mut stop) => {}
                () = self.outlive(containers) => {
                    self.end(StopCode::EssentialContainerExited, "Essential container in task exited".to_owned());
                }
                () = self.stay_up() => {}
            },
        }
        self.wind_down(containers).await;
    }

    /// Gets an address and the secrets, and starts the containers. The error is the reason that ECS reports.
    async fn begin(&mut self, containers: &mut Vec<Running>) -> Result<(), String> {
        sleep(self.timing.provision).await;
        let address = self.ecs.fleet.take_address();
        let address = address.ok_or("Timeout waiting for network interface provisioning to complete.")?;
        self.change(|task, now| {
            task.address = Some(address);
            task.stamp("connectivityAt", now);
            task.stamp("pullStartedAt", now);
            task.reach(LastStatus::Pending);
        });
        let mut environments = Vec::new();
        for container in &self.definition.containers {
            let plain = container.environment.iter();
            let mut environment: Vec<(String, SecretString)> =
                plain.map(|variable| (variable.name.clone(), variable.value.as_str().into())).collect();
            for secret in &container.secrets {
                let value = secrets::read(&self.ecs.neighbours, &secret.value_from).await?;
                environment.push((secret.name.clone(), value));
            }
            environments.push(environment);
        }
        sleep(self.timing.pull).await;
        if let Some(why) = self.doom() {
            return Err(why);
        }
        self.open_gate(address).await?;
        let cannot = |error: std::io::Error| format!("CannotStartContainerError: {error}");
        for (container, environment) in self.definition.containers.iter().zip(environments) {
            let made = Environment::make(&self.ecs, &self.id, &self.definition, container, address, environment);
            let made = made.map_err(cannot)?;
            containers.push(made.start(container).map_err(cannot)?);
            self.environments.push(made);
        }
        self.gate.iter().for_each(|(_, upstream)| upstream.set_open(true));
        self.change(|task, now| {
            for (container, environment) in task.containers.iter_mut().zip(&self.environments) {
                container.simulated = environment.simulated().cloned();
            }
            task.stamp("pullStoppedAt", now);
            task.reach(LastStatus::Activating);
        });
        self.ecs.record("StartContainer", &self.definition.family);
        Ok(())
    }

    /// Why the task must not start, if a test says so.
    fn doom(&self) -> Option<String> {
        let mut state = self.ecs.state();
        let of = state.task(&self.id).map(|task| (task.cluster.clone(), task.service.clone()))?;
        state.doomed.get(&of).cloned()
    }

    /// Opens the public address of the task's Redis, if it runs one.
    async fn open_gate(&mut self, address: Ipv4Addr) -> Result<(), String> {
        if self.definition.containers.iter().any(|container| is_redis(&container.image)) {
            let upstream = Arc::new(Upstream::new((address, DIRECT_PORT).into()));
            let gate = self.ecs.fleet.open_gate((address, PORT).into()).await;
            let gate = gate.map_err(|error| format!("CannotStartContainerError: {error}"))?;
            gate.lead_to(vec![upstream.clone()], Vec::new());
            self.gate = Some((gate, upstream));
        }
        Ok(())
    }

    /// Returns when an essential container has ended.
    async fn outlive(&self, containers: &mut [Running]) {
        let mut signals = self.signals.clone();
        let groups: Vec<_> = containers.iter().map(Running::group).collect();
        let waits = containers.iter_mut().enumerate();
        let mut waits: FuturesUnordered<_> =
            waits.map(|(place, one)| async move { (place, one.wait().await) }).collect();
        loop {
            tokio::select! {
                biased;
                Ok(()) = signals.changed() => {
                    let signal = *signals.borrow_and_update();
                    signal.iter().for_each(|signal| groups.iter().for_each(|group| group.signal(*signal)));
                }
                Some((place, code)) = waits.next() => {
                    self.exited(place, code);
                    if self.definition.containers[place].essential {
                        return;
                    }
                }
            }
        }
    }

    /// Becomes `RUNNING`, registers in Cloud Map and watches the health checks; never returns.
    async fn stay_up(&self) {
        sleep(self.timing.activate).await;
        self.register();
        self.change(|task, now| {
            task.stamp("startedAt", now);
            task.reach(LastStatus::Running);
        });
        let containers = self.definition.containers.iter().zip(&self.environments).enumerate();
        let checked = containers.filter(|(_, (container, _))| container.is_checked());
        let watches = checked.filter_map(|(place, (container, environment))| {
            Some(health::watch(&self.ecs, &self.id, place, container.health_check.as_ref()?, environment))
        });
        join_all(watches).await;
        pending::<()>().await;
    }

    fn register(&self) {
        let task = self.ecs.state().task(&self.id).map(|task| (task.registries.clone(), self.attributes(task)));
        let Some((registries, attributes)) = task else { return };
        for registry in registries {
            let mut attributes = attributes.clone();
            if let Some(port) = registry.port.or(registry.container_port) {
                attributes.insert("AWS_INSTANCE_PORT".to_owned(), port.to_string());
            }
            let upstream = self.gate.as_ref().map(|(_, upstream)| upstream.clone());
            let instance = Instance { id: self.id.clone(), attributes, upstream };
            self.ecs.neighbours.cloud_map.register(&registry.registry_arn, instance);
        }
    }

    /// The attributes that ECS registers in Cloud Map for a task.
    fn attributes(&self, task: &Task) -> BTreeMap<String, String> {
        let attributes = [
            ("AVAILABILITY_ZONE", format!("{REGION}a")),
            ("AWS_INIT_HEALTH_STATUS", "HEALTHY".to_owned()),
            ("AWS_INSTANCE_IPV4", task.address.map(|address| address.to_string()).unwrap_or_default()),
            ("ECS_CLUSTER_NAME", task.cluster.clone()),
            ("ECS_SERVICE_NAME", task.service.clone()),
            ("ECS_TASK_DEFINITION_FAMILY", self.definition.family.clone()),
            ("REGION", REGION.to_owned()),
        ];
        attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Deregisters from Cloud Map, stops the containers as their definition says, and releases the address.
    async fn wind_down(&mut self, containers: &mut Vec<Running>) {
        if !containers.is_empty() {
            self.change(|task, _| task.reach(LastStatus::Deactivating));
            self.ecs.neighbours.cloud_map.deregister(&self.id);
            sleep(self.timing.deactivate).await;
            self.change(|task, _| task.reach(LastStatus::Stopping));
            let ends = containers.iter_mut().zip(&self.definition.containers).map(|(running, definition)| async {
                running.terminate();
                let limit = self.timing.second * definition.stop_timeout.unwrap_or(STOP_TIMEOUT);
                match timeout(limit, running.wait()).await {
                    Ok(code) => code,
                    Err(_) => {
                        running.kill();
                        running.wait().await
                    }
                }
            });
            for (place, code) in join_all(ends).await.into_iter().enumerate() {
                self.exited(place, code);
            }
            self.change(|task, now| task.stamp("executionStoppedAt", now));
            containers.clear();
        }
        if let Some((gate, upstream)) = self.gate.take() {
            upstream.set_open(false);
            gate.close().await;
        }
        self.change(|task, _| task.reach(LastStatus::Deprovisioning));
        sleep(self.timing.deprovision).await;
        self.change(|task, now| {
            task.stamp("stoppedAt", now);
            task.stopped = Some(Instant::now());
            task.reach(LastStatus::Stopped);
        });
    }

    /// Keeps the exit code of a container.
    fn exited(&self, place: usize, code: i32) {
        let mut new = false;
        self.change(|task, _| new = task.containers[place].exit_code.replace(code).is_none());
        if new {
            self.ecs.record("StopContainer", &self.definition.family);
        }
    }

    fn end(&self, code: StopCode, why: String) {
        self.change(|task, now| task.end(code, why, now));
    }

    /// Changes the task and notifies the scheduler.
    fn change(&self, change: impl FnOnce(&mut Task, Timestamp)) {
        if let Some(task) = self.ecs.state().task(&self.id) {
            change(task, clock::now());
        }
        self.ecs.tell();
    }
}

/// Returns once the task is told to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // Nobody is left who could say so.
        pending::<()>().await;
    }
}
