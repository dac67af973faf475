//! The supervisor of one server, as `systemd` is: whatever ends it, it is started again from its files.

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

/// Between a server's end and its next start; systemd's default.
///
/// <https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#RestartSec=>
const RESTART_AFTER: Duration = Duration::from_millis(100);
/// How often the supervisor looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How long a server may take to end in order before it is killed: `systemd` gives 90 s.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// A server that is kept running.
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
    /// Whether nothing starts it again.
    ended: bool,
}

impl Unit {
    /// Starts a server, and goes on doing so.
    pub(super) async fn start(program: &Program, powers: Powers, arguments: Arguments) -> anyhow::Result<Self> {
        let service = Arc::new(Service { program: program.clone(), powers, arguments, running: Mutex::default() });
        service.start(&mut *service.running.lock().await).context("starting redis-server")?;
        let supervisor = tokio::spawn(supervise(service.clone()));
        Ok(Self { service, supervisor })
    }

    /// `systemctl restart`: ends the server in order, and starts it again.
    pub(super) async fn restart(&self) -> anyhow::Result<()> {
        let mut running = self.service.running.lock().await;
        if let Some(process) = running.process.take() {
            process.end_in_order(STOP_LIMIT).await;
        }
        self.service.start(&mut running).context("starting redis-server again")
    }

    /// Kills the server; the supervisor starts it again a little later.
    pub(super) async fn kill(&self) {
        if let Some(process) = self.running().await.process.take() {
            process.end().await;
        }
    }

    /// Sends a signal to the server, where there is one at the moment.
    pub(super) async fn signal(&self, signal: Signal) {
        self.running().await.process.iter().for_each(|process| process.signal(signal));
    }

    /// Fails where the server may write whatever the modes of files say.
    pub(super) fn ensure_bound_by_modes(&self) -> anyhow::Result<()> {
        let bound = self.service.powers == Powers::Inherited || self.service.program.setpriv.is_some();
        anyhow::ensure!(bound, "root writes anywhere: install setpriv (util-linux)");
        Ok(())
    }

    /// How often the server has been started.
    pub(super) async fn starts(&self) -> usize {
        self.running().await.starts
    }

    /// Ends the server for good.
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
        anyhow::ensure!(!running.ended, "the host is gone");
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
            // What keeps it from starting may pass; the next look tries again.
            let _ = service.start(&mut running);
        }
    }
}
