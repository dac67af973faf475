//! The supervisor of one server. Like `systemd`, it starts the server again whenever it exits.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use nix::sys::signal::Signal;
use tokio::{
    sync::{Mutex, MutexGuard},
    task::JoinHandle,
    time::sleep,
};

use super::files::Arguments;
use crate::redis::{Powers, Process, Program};

/// The delay between the exit of a server and its next start; the default of systemd.
///
/// <https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#RestartSec=>
const RESTART_AFTER: Duration = Duration::from_millis(100);
/// The interval at which the supervisor checks the server.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a server may take to shut down before it is killed. The default of `systemd` is 90 s.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// A server and its supervisor.
#[derive(Debug)]
pub(super) struct Unit {
    service: Arc<Service>,
    supervisor: JoinHandle<()>,
}

#[derive(Debug)]
struct Service {
    program: Program,
    powers: Powers,
    arguments: Arguments,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    process: Option<Process>,
    starts: usize,
    /// Whether it is stopped permanently.
    ended: bool,
}

impl Unit {
    /// Starts a server and its supervisor.
    pub(super) async fn start(program: &Program, powers: Powers, arguments: Arguments) -> anyhow::Result<Self> {
        let service = Arc::new(Service { program: program.clone(), powers, arguments, running: Mutex::default() });
        service.start(&mut *service.running.lock().await).context("starting redis-server")?;
        let supervisor = tokio::spawn(supervise(service.clone()));
        Ok(Self { service, supervisor })
    }

    /// Shuts the server down and starts it again, as `systemctl restart` does.
    pub(super) async fn restart(&self) -> anyhow::Result<()> {
        let mut running = self.service.running.lock().await;
        if let Some(process) = running.process.take() {
            process.end_in_order(STOP_LIMIT).await;
        }
        self.service.start(&mut running).context("starting redis-server again")
    }

    /// Kills the server. The supervisor starts it again.
    pub(super) async fn kill(&self) {
        if let Some(process) = self.running().await.process.take() {
            process.end().await;
        }
    }

    /// Sends a signal to the server, if it is running.
    pub(super) async fn signal(&self, signal: Signal) {
        self.running().await.process.iter().for_each(|process| process.signal(signal));
    }

    /// Fails if the server can ignore the modes of files, because it runs as root.
    pub(super) fn ensure_bound_by_modes(&self) -> anyhow::Result<()> {
        let bound = self.service.powers == Powers::Inherited || self.service.program.setpriv.is_some();
        anyhow::ensure!(bound, "a server that runs as root ignores file modes: install setpriv (util-linux)");
        Ok(())
    }

    /// The number of times that the server has been started.
    pub(super) async fn starts(&self) -> usize {
        self.running().await.starts
    }

    /// Stops the server permanently.
    pub(super) async fn end(&self) {
        self.running().await.ended = true;
        self.kill().await;
        self.supervisor.abort();
    }

    async fn running(&self) -> MutexGuard<'_, Running> {
        self.service.running.lock().await
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        self.supervisor.abort();
    }
}

impl Service {
    fn start(&self, running: &mut Running) -> anyhow::Result<()> {
        anyhow::ensure!(!running.ended, "the host is stopped");
        running.process = Some(Process::start_with(&self.program, self.powers, &self.arguments.0)?);
        running.starts += 1;
        Ok(())
    }
}

async fn supervise(service: Arc<Service>) {
    loop {
        sleep(LOOK_EVERY).await;
        let mut running = service.running.lock().await;
        if running.ended {
            return;
        }
        if running.process.as_mut().is_none_or(Process::has_ended) {
            running.process = None;
            sleep(RESTART_AFTER).await;
            // The cause of a failure may be temporary; the next check tries again.
            let _ = service.start(&mut running);
        }
    }
}
