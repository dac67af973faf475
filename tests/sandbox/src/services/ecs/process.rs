//! A container that is a process group on this machine.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    net::Ipv4Addr,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use nix::{
    sys::signal::{Signal, kill, killpg},
    unistd::Pid,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::process::{Child, Command};

use super::{
    Ecs,
    container::{is_redis, is_redis_8, words},
    definition::{ContainerDefinition, Definition},
    place::Machine,
    programs::Programs,
};

/// The data folder of Docker's Redis images.
const REDIS_DATA: &str = "/data";

/// How to run programs in a container.
#[derive(Debug)]
pub(super) struct Environment {
    setpriv: Option<PathBuf>,
    environment: Vec<(String, SecretString)>,
    path: OsString,
    folder: PathBuf,
    /// The working directory of its programs.
    work: PathBuf,
}

impl Environment {
    /// Creates the folders and programs of a container.
    pub(super) fn make(
        (ecs, machine): (&Ecs, &Machine),
        task: &str,
        definition: &Definition,
        container: &ContainerDefinition,
        address: Ipv4Addr,
        environment: Vec<(String, SecretString)>,
    ) -> io::Result<Self> {
        let folder = machine.container_folder(task, &container.name);
        fs::create_dir_all(&folder)?;
        let mut mounts = Vec::new();
        for mount in &container.mount_points {
            let volume = definition.volumes.iter().find(|volume| volume.name == mount.source_volume);
            let home = match volume.and_then(|volume| volume.efs_volume_configuration.as_ref()) {
                Some(efs) => {
                    let root = efs.root_directory.as_deref().unwrap_or_default().trim_matches('/');
                    machine.file_system(&efs.file_system_id).join(root)
                }
                None => machine.volume(task, &mount.source_volume),
            };
            fs::create_dir_all(&home)?;
            mounts.push((mount.container_path.clone(), home));
        }
        // Which program the container's `redis-server` is.
        let program = machine.redis_8.as_ref().filter(|_| is_redis_8(&container.image));
        let program = program.unwrap_or_else(|| ecs.fleet.program());
        let bin = folder.join("bin");
        Programs { program, address, mounts: &mounts }.write(&bin)?;
        let data = mounts.iter().find(|(path, _)| path == REDIS_DATA && is_redis(&container.image));
        let work = data.map_or_else(|| folder.clone(), |(_, home)| home.clone());
        let given = environment.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path.expose_secret());
        let mut path = bin.into_os_string();
        path.push(":");
        path.push(given.unwrap_or("/usr/local/bin:/usr/bin:/bin"));
        Ok(Self { setpriv: program.setpriv.clone(), environment, path, folder, work })
    }

    /// Starts the container itself.
    pub(super) fn start(&self, container: &ContainerDefinition) -> io::Result<Running> {
        self.run(&words(container), File::create(self.folder.join("log"))?)
    }

    /// Runs a command in the container.
    pub(super) fn execute(&self, words: &[&str]) -> io::Result<Running> {
        self.run(words, File::create(self.folder.join("health.log"))?)
    }

    fn run(&self, words: &[&str], log: File) -> io::Result<Running> {
        let (first, rest) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = match &self.setpriv {
            // The process dies with the sandbox, however that ends.
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", "KILL", "--", first]);
                command
            }
            None => Command::new(first),
        };
        command.args(rest).current_dir(&self.work).env_clear().env("HOME", &self.folder);
        command.envs(self.environment.iter().map(|(name, value)| (name, value.expose_secret())));
        command.env("PATH", &self.path);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0).kill_on_drop(true);
        let child = command.spawn()?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).expect("a child just started has a pid");
        Ok(Running { child, pid: Pid::from_raw(pid), gone: false })
    }
}

/// A running container. It is killed when this value is dropped.
#[derive(Debug)]
pub(super) struct Running {
    child: Child,
    pid: Pid,
    /// Whether it was waited for, after which its process id may be reused.
    gone: bool,
}

impl Running {
    /// Waits for its end and returns its exit code: 128 plus the number for a signal.
    pub(super) async fn wait(&mut self) -> i32 {
        let status = self.child.wait().await.unwrap_or_default();
        self.kill();
        self.gone = true;
        code(status)
    }

    /// Sends SIGTERM.
    pub(super) fn terminate(&self) {
        if !self.gone {
            let _ = kill(self.pid, Signal::SIGTERM);
        }
    }

    /// Kills all of its processes.
    pub(super) fn kill(&self) {
        if !self.gone {
            // None is left, or all of them are killed.
            let _ = killpg(self.pid, Signal::SIGKILL);
        }
    }

    /// Its process id, which is also its group's.
    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Kills all of its processes, and waits for the first.
    pub(super) async fn end(mut self) {
        self.kill();
        self.wait().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}
