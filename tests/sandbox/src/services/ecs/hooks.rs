//! What tests see and do in ECS without a call over the wire.

use std::{net::Ipv4Addr, time::Duration};

use anyhow::{Context, bail};
use jiff::Timestamp;
use nix::sys::signal::Signal;
use tokio::time::timeout;

use super::{
    Ecs, EcsTiming, Simulated,
    schedule::plan,
    service::Rollout,
    task::{LastStatus, Task},
};
use crate::redis::{DIRECT_PORT, PORT};

/// How long ECS may take to notice a dead process.
const NOTICE: Duration = Duration::from_secs(5);

/// One task of a service, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskView {
    /// Its ARN.
    pub arn: String,
    /// The address of its network interface; unspecified before it has one.
    pub address: Ipv4Addr,
    /// The public port of its Redis.
    pub port: u16,
    /// The port that its Redis itself listens on; connections to it meet no fault and are not counted.
    pub direct_port: u16,
    /// Its state.
    pub last_status: &'static str,
    /// Whether it should run.
    pub wanted: bool,
    /// When it was created.
    pub created: Timestamp,
}

impl Ecs {
    /// The tasks of a service that are not stopped, the oldest first; none where there is no such service.
    pub fn tasks(&self, cluster: &str, service: &str) -> Vec<TaskView> {
        let mut state = self.state();
        let Some(cluster) = state.find_cluster(cluster) else { return Vec::new() };
        let own = cluster.tasks.iter().filter(|task| task.service == service && task.last != LastStatus::Stopped);
        own.map(view).collect()
    }

    /// The containers in memory of a service that run now, with the addresses of their tasks, the oldest first.
    pub fn simulated(&self, cluster: &str, service: &str) -> Vec<(Ipv4Addr, Simulated)> {
        let mut state = self.state();
        let Some(cluster) = state.find_cluster(cluster) else { return Vec::new() };
        let own = cluster.tasks.iter().filter(|task| task.service == service);
        let running = own.flat_map(|task| {
            let running = task.containers.iter().filter(|container| container.exit_code.is_none());
            running.filter_map(|container| Some((task.address?, container.simulated.clone()?)))
        });
        running.collect()
    }

    /// Kills the processes of a task and waits until ECS has noticed. ECS then starts another task.
    ///
    /// # Errors
    /// There is no such task, or it does not run.
    pub async fn kill_task(&self, arn: &str) -> anyhow::Result<()> {
        let id = arn.rsplit('/').next().unwrap_or(arn);
        let mut changed = self.changed.subscribe();
        {
            let mut state = self.state();
            let task = state.task(id).context("there is no such task")?;
            if !task.is_wanted() || task.last != LastStatus::Running {
                bail!("the task does not run");
            }
            task.signals.send_replace(Some(Signal::SIGKILL));
        }
        let noticed = async {
            while self.state().task(id).is_some_and(|task| task.is_wanted()) {
                changed.changed().await?;
            }
            anyhow::Ok(())
        };
        timeout(NOTICE, noticed).await.context("ECS has not noticed that a task is dead")?
    }

    /// Makes new tasks of a service fail to start, with this reason. Running tasks are not affected.
    pub fn fail_starts(&self, cluster: &str, service: &str, reason: &str) {
        self.state().doomed.insert((cluster.to_owned(), service.to_owned()), reason.to_owned());
    }

    /// Lets new tasks start again.
    pub fn mend_starts(&self, cluster: &str, service: &str) {
        self.state().doomed.remove(&(cluster.to_owned(), service.to_owned()));
    }

    /// Freezes the processes of the task at this address (SIGSTOP): its Redis does not answer until it is thawed.
    pub fn freeze(&self, address: Ipv4Addr) {
        self.signal(address, Signal::SIGSTOP);
    }

    /// Thaws them (SIGCONT).
    pub fn thaw(&self, address: Ipv4Addr) {
        self.signal(address, Signal::SIGCONT);
    }

    fn signal(&self, address: Ipv4Addr, signal: Signal) {
        let state = self.state();
        let tasks = state.clusters.values().flat_map(|cluster| &cluster.tasks);
        for task in tasks.filter(|task| task.address == Some(address)) {
            task.signals.send_replace(Some(signal));
        }
    }

    /// Waits until a service is steady: exactly the desired tasks, all of them running and of one deployment.
    ///
    /// # Errors
    /// There is no such service, its deployment failed, or it is not steady in time.
    pub async fn settled(&self, cluster: &str, service: &str, patience: Duration) -> anyhow::Result<()> {
        let mut changed = self.changed.subscribe();
        let settled = async {
            while !self.is_settled(cluster, service)? {
                changed.changed().await?;
            }
            Ok(())
        };
        let late = || format!("the service {service} is not steady: {:?}", self.tasks(cluster, service));
        timeout(patience, settled).await.with_context(late)?
    }

    fn is_settled(&self, cluster: &str, name: &str) -> anyhow::Result<bool> {
        let mut state = self.state();
        let cluster = state.find_cluster(cluster).context("there is no such cluster")?;
        let service = cluster.services.get(name).context("there is no such service")?;
        let own: Vec<&Task> = cluster.tasks.iter().filter(|task| task.service == name).collect();
        if service.primary().rollout == Rollout::Failed {
            bail!("the deployment of the service {name} failed");
        }
        let steady = plan(service, &own, tokio::time::Instant::now()).complete;
        let quiet = own.iter().all(|task| task.serves() || task.last == LastStatus::Stopped);
        Ok(steady && quiet && service.primary().rollout == Rollout::Completed && service.deployments.len() == 1)
    }

    /// The stop reason of the task of a service that stopped last.
    pub fn last_stop(&self, cluster: &str, service: &str) -> Option<String> {
        let mut state = self.state();
        let cluster = state.find_cluster(cluster)?;
        let endings = cluster.tasks.iter().rev().filter(|task| task.service == service);
        endings.filter_map(|task| task.ending.as_ref()).map(|ending| ending.reason.clone()).next()
    }

    /// Changes the timing. A task keeps the timing that it started with.
    pub fn set_timing(&self, timing: EcsTiming) {
        self.state().timing = timing;
    }
}

fn view(task: &Task) -> TaskView {
    TaskView {
        arn: task.arn(),
        address: task.address.unwrap_or(Ipv4Addr::UNSPECIFIED),
        port: PORT,
        direct_port: DIRECT_PORT,
        last_status: task.last.name(),
        wanted: task.is_wanted(),
        created: task.created,
    }
}
