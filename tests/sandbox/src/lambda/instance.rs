//! An instance: a process that runs one invocation of a function at a time.

use std::{
    collections::BTreeMap,
    env, io,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use nix::sys::signal::Signal;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use super::{
    Function, InvocationResult, environment,
    logs::Logs,
    runtime_api::{Report, RuntimeApi, Work},
};
use crate::{
    clock,
    services::{ACCOUNT, REGION},
};

/// The timeout of the initialization, which ends when a function asks for its first event.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib>
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// A running instance. Dropping it kills the process. [`Instance::end`] also waits for it.
#[derive(Debug)]
pub(super) struct Instance {
    /// Its function.
    pub(super) function: Arc<Function>,
    /// The access key id that identifies its calls.
    pub(super) principal: String,
    /// Its process id, which is not reused before [`Instance::end`].
    pub(super) pid: u32,
    child: Child,
    api: JoinHandle<()>,
    work: mpsc::Sender<Work>,
    reports: mpsc::UnboundedReceiver<Report>,
    logs: Logs,
}

impl Instance {
    /// Starts the process. [`Instance::ready`] waits for its initialization.
    pub(super) async fn start(
        function: Arc<Function>,
        principal: String,
        base: &BTreeMap<String, String>,
    ) -> io::Result<Self> {
        // Checked here, because setpriv would start successfully and fail afterwards.
        tokio::fs::metadata(&function.binary).await?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (logs, writer) = Logs::open()?;
        let child = command(&function)
            .current_dir(environment::task_root(&function))
            .env_clear()
            .envs(environment::build(base, &function, &principal, &address))
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .kill_on_drop(true)
            .spawn()?;
        let (work, queue) = mpsc::channel(1);
        let (said, reports) = mpsc::unbounded_channel();
        let api = tokio::spawn(Arc::new(RuntimeApi::new(queue, said)).serve(listener));
        let pid = child.id().expect("the process has not been waited for");
        Ok(Self { function, principal, pid, child, api, work, reports, logs })
    }

    /// Waits until the runtime asks for its first event.
    pub(super) async fn ready(&mut self, request_id: &str) -> Result<(), InvocationResult> {
        match timeout_at(Instant::now() + INIT_LIMIT, self.report()).await {
            Ok(Ok(Report::Ready)) => Ok(()),
            Ok(Ok(Report::InitFailed(result) | Report::Ended(result))) => Err(result),
            Ok(Err(status)) => Err(exited(request_id, status)),
            Err(_) => Err(timed_out(request_id, INIT_LIMIT)),
        }
    }

    /// Runs one invocation.
    pub(super) async fn invoke(&mut self, request_id: &str, event: Bytes) -> (InvocationResult, Reuse) {
        let limit = self.function.timeout;
        let deadline = Instant::now() + limit;
        let work = Work {
            request_id: request_id.to_owned(),
            deadline_ms: clock::now().as_millisecond() + i64::try_from(limit.as_millis()).unwrap_or(i64::MAX / 2),
            function_arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.function.name),
            event,
        };
        if self.work.send(work).await.is_err() {
            let message = format!("RequestId: {request_id} Error: the Runtime API of the instance has ended");
            return (InvocationResult::failed("Sandbox.Failed", message), Reuse::End);
        }
        match timeout_at(deadline, self.report()).await {
            Ok(Ok(Report::Ended(result))) => (result, Reuse::Keep),
            Ok(Ok(Report::Ready | Report::InitFailed(_))) => {
                unreachable!("the runtime reports this once, before the first event")
            }
            Ok(Err(status)) => (exited(request_id, status), Reuse::End),
            Err(_) => (timed_out(request_id, limit), Reuse::End),
        }
    }

    /// The next report of the runtime, or the exit status of the process if it exits without one.
    async fn report(&mut self) -> Result<Report, ExitStatus> {
        tokio::select! {
            // A response counts even if the process exits right after it.
            biased;
            Some(report) = self.reports.recv() => Ok(report),
            status = self.child.wait() => Err(status.unwrap_or_default()),
        }
    }

    /// Whether the process is running.
    pub(super) fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The output since the last call of this function.
    pub(super) fn take_logs(&self) -> String {
        self.logs.take()
    }

    /// Kills the process, waits for it, and returns its remaining output.
    pub(super) async fn end(mut self) -> String {
        // An error means that it has exited already.
        let _ = self.child.kill().await;
        self.logs.take()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.api.abort();
    }
}

/// Whether to reuse an instance after an invocation.
#[derive(Debug)]
pub(super) enum Reuse {
    /// It can run another invocation.
    Keep,
    /// It has exited, or its state is unknown.
    End,
}

/// The command that starts the bootstrap. The kernel kills the bootstrap when this process ends, however it ends.
///
/// The signal comes when the thread ends that spawned it. Instances are started on tokio's workers, which live as long
/// as the runtime.
fn command(function: &Function) -> Command {
    match find_setpriv() {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL", "--"]).arg(&function.binary);
            command
        }
        None => Command::new(&function.binary),
    }
}

fn find_setpriv() -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join("setpriv")).find(|file| file.is_file())
}

pub(super) fn timed_out(request_id: &str, limit: Duration) -> InvocationResult {
    let seconds = limit.as_secs_f64();
    let message = format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
    InvocationResult::failed("Sandbox.Timedout", message)
}

fn exited(request_id: &str, status: ExitStatus) -> InvocationResult {
    let how = match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, signal) => format!("Runtime exited with error: signal: {}", signal_name(signal.unwrap_or_default())),
    };
    InvocationResult::failed("Runtime.ExitError", format!("RequestId: {request_id} Error: {how}"))
}

/// The name of a signal in Lambda's logs, which is that of Go.
fn signal_name(signal: i32) -> String {
    match Signal::try_from(signal) {
        Ok(Signal::SIGKILL) => "killed".to_owned(),
        Ok(Signal::SIGABRT) => "aborted".to_owned(),
        Ok(Signal::SIGTERM) => "terminated".to_owned(),
        Ok(Signal::SIGSEGV) => "segmentation fault".to_owned(),
        Ok(Signal::SIGBUS) => "bus error".to_owned(),
        Ok(Signal::SIGILL) => "illegal instruction".to_owned(),
        _ => format!("signal {signal}"),
    }
}
