//! One running `redis-server`.

use std::{ffi::OsStr, path::Path, process::Stdio, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

use super::program::Program;

/// What a server may do to files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Powers {
    /// What the sandbox may: as root, write anywhere.
    Inherited,
    /// What the files' modes allow, to root too. Only root can ask for it, and only where there is a `setpriv`.
    AsTheFilesSay,
}

/// A running server. It dies when this value is dropped, and with the sandbox however that ends.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: Pid,
}

impl Process {
    /// Starts a server with this configuration file.
    pub(crate) fn start(program: &Program, config: &Path) -> std::io::Result<Self> {
        Self::start_with(program, Powers::Inherited, [config])
    }

    /// Starts a server with these arguments.
    ///
    /// `setpriv --pdeathsig` ties the server to the thread that starts it, so call this from the runtime's own
    /// threads, which live as long as the sandbox.
    pub(crate) fn start_with(
        program: &Program,
        powers: Powers,
        arguments: impl IntoIterator<Item: AsRef<OsStr>>,
    ) -> std::io::Result<Self> {
        let mut command = match &program.setpriv {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", "KILL"]);
                if powers == Powers::AsTheFilesSay {
                    command.args(["--bounding-set", "-dac_override,-dac_read_search"]);
                }
                command.arg("--").arg(&program.path);
                command
            }
            None => Command::new(&program.path),
        };
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
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

    /// Asks it to end, as `systemctl stop` does, and waits until it is gone; kills it when it has not ended in time.
    pub(crate) async fn end_in_order(mut self, limit: Duration) {
        self.signal(Signal::SIGTERM);
        if timeout(limit, self.child.wait()).await.is_err() {
            self.end().await;
        }
    }
}
