//! An ECS service whose tasks read a URL from Parameter Store only at startup.

use std::{fs, path::PathBuf};

use anyhow::Context;
use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, Secret};

use super::reader::ClientStats;
use sandbox::Sandbox;
use workload::create_service_of;

/// The program of a task. It sends each command on a new connection, with the URL from its environment, and writes to a file
/// whether the command succeeded, never the answer itself.
///
/// redis-cli would use the empty name in `redis://:password@host:port` as a user name, so the script splits the URL. The
/// password has letters and digits only.
const PROGRAM: &str = r#"trap 'exit 0' TERM
login=${REDIS_URL#redis://:} place=${REDIS_URL##*@}
export REDISCLI_AUTH="${login%@*}"
while :; do
  nth=$((nth + 1))
  case $(redis-cli -h "${place%%:*}" ECHO "$nth" 2>&1) in
    "$nth") echo served ;;
    *WRONGPASS* | *NOAUTH*) echo 'failed: the login was refused' ;;
    *) echo 'failed: no correct answer' ;;
  esac >> "$TALLY"
  sleep 0.1
done"#;

/// The service, and the file to which its tasks write their results.
pub(crate) struct Worker {
    tally: PathBuf,
}

impl Worker {
    /// Creates the service with one task, and waits for the steady state.
    ///
    /// # Errors
    /// A call is refused, or the service does not reach a steady state: the parameter may not exist.
    pub(crate) async fn start(
        sandbox: &Sandbox,
        cluster: &str,
        service: &str,
        url_parameter: &str,
    ) -> anyhow::Result<Self> {
        // The file system outlives the tasks.
        let folder = sandbox.ecs.file_system(&format!("fs-tally-{service}"));
        fs::create_dir_all(&folder)?;
        let tally = folder.join("tally");
        let tally_path = tally.to_str().context("the path of the sandbox's folder is not valid UTF-8")?;
        let container = ContainerDefinition::builder()
            .name("worker")
            .image("worker:1")
            .set_command(Some(["sh", "-c", PROGRAM].map(str::to_owned).to_vec()))
            .secrets(Secret::builder().name("REDIS_URL").value_from(url_parameter).build()?)
            .environment(KeyValuePair::builder().name("TALLY").value(tally_path).build())
            .build();
        create_service_of(sandbox, cluster, service, container, 1).await?;
        Ok(Self { tally })
    }

    /// Returns the counts so far, over all its tasks.
    pub(crate) fn stats(&self) -> ClientStats {
        // The file does not exist before the first command.
        let tally = fs::read_to_string(&self.tally).unwrap_or_default();
        let served = tally.lines().filter(|line| *line == "served").count();
        let failures = tally.lines().filter_map(|line| line.strip_prefix("failed: "));
        ClientStats {
            commands: served as u64,
            failed: failures.clone().count() as u64,
            failures: failures.take(3).map(str::to_owned).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, process::Stdio, time::Duration};

    use nix::{
        sys::signal::{Signal, kill},
        unistd::Pid,
    };
    use tokio::{
        process::Command,
        time::{sleep, timeout},
    };

    use super::*;

    /// Runs a task with this URL against a fake `redis-cli` that accepts one password, and returns its counts.
    async fn run_with(url: &str) -> ClientStats {
        let folder = tempfile::tempdir().unwrap();
        let client = folder.path().join("redis-cli");
        let answers = "case \"$1 $2 $3 $REDISCLI_AUTH\" in '-h 127.0.0.1 ECHO right') echo \"$4\";; \
                       *) echo 'AUTH failed: WRONGPASS invalid username-password pair' >&2;; esac";
        fs::write(&client, format!("#!/bin/sh\n{answers}\n")).unwrap();
        fs::set_permissions(&client, fs::Permissions::from_mode(0o755)).unwrap();
        let worker = Worker { tally: folder.path().join("tally") };
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let mut task = Command::new("/bin/sh")
            .args(["-c", PROGRAM])
            .env_clear()
            .envs([("PATH", path.as_str()), ("REDIS_URL", url), ("TALLY", worker.tally.to_str().unwrap())])
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let two = async {
            while worker.stats().commands + worker.stats().failed < 2 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(20), two).await.expect("the task writes its results");
        kill(Pid::from_raw(task.id().unwrap() as i32), Signal::SIGTERM).unwrap();
        assert!(task.wait().await.unwrap().success(), "the task exits with status 0 on SIGTERM");
        worker.stats()
    }

    #[tokio::test]
    async fn a_task_counts_successful_commands_and_refused_logins() {
        let served = run_with("redis://:right@127.0.0.1:6379").await;
        assert!(served.commands >= 2 && served.failed == 0, "{served:?}");
        let refused = run_with("redis://:wrong@127.0.0.1:6379").await;
        assert!(refused.commands == 0 && refused.failed >= 2, "{refused:?}");
        assert_eq!(refused.failures[0], "the login was refused");
    }
}
