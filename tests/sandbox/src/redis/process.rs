//! One running `redis-server`.

use std::{path::Path, process::Stdio};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::process::{Child, Command};

use super::program::Program;

/// A running server. It dies when this value is dropped, and with the sandbox however that ends.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: Pid,
}

impl Process {
    /// Starts a server with this configuration file.
    ///
    /// `setpriv --pdeathsig` ties the server to the thread that starts it, so call this from the runtime's own
    /// threads, which live as long as the sandbox.
    pub(crate) fn start(program: &Program, config: &Path) -> std::io::Result<Self> {
        let mut command = match &program.setpriv {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", "KILL", "--"]).arg(&program.path);
                command
            }
            None => Command::new(&program.path),
        };
        command.arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn()?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).expect("a child just started has a pid");
        Ok(Self { child, pid: Pid::from_raw(pid) })
    }

    /// Sends a signal to this very process.
    pub(crate) fn signal(&self, signal: Signal) {
        // It may have ended by itself meanwhile; it is not reaped before `end`, so the pid is nobody else's.
        let _ = kill(self.pid, signal);
    }

    /// The process id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it and waits until it is gone. There is nothing to save: SIGKILL also ends a frozen one.
    pub(crate) async fn end(mut self) {
        self.signal(Signal::SIGKILL);
        // The only error is that it was waited for already.
        let _ = self.child.wait().await;
    }
}
