//! An ECS service whose tasks read a URL from Parameter Store when they start, and never again.

use std::{fs, path::PathBuf};

use anyhow::Context;
use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, Secret};

use super::reader::Met;
use sandbox::Sandbox;
use workload::create_service_of;

/// What a task does: each command on a connection of its own, with the URL that it was started with. It writes down how the
/// command went, and never what was said.
///
/// redis-cli itself would take the empty name in `redis://:password@host:port` for a user's, so the URL is taken apart; the
/// password is of letters and digits here.
const PROGRAM: &str = r#"trap 'exit 0' TERM
login=${REDIS_URL#redis://:} place=${REDIS_URL##*@}
export REDISCLI_AUTH="${login%@*}"
while :; do
  nth=$((nth + 1))
  case $(redis-cli -h "${place%%:*}" ECHO "$nth" 2>&1) in
    "$nth") echo served ;;
    *WRONGPASS* | *NOAUTH*) echo 'failed: the login was refused' ;;
    *) echo 'failed: there was no right answer' ;;
  esac >> "$TALLY"
  sleep 0.1
done"#;

/// The service, and where its tasks write down how they fared.
pub(crate) struct Worker {
    tally: PathBuf,
}

impl Worker {
    /// Makes the service, of one task, and waits until it is steady.
    ///
    /// # Errors
    /// A call is refused, or the service does not become steady: the parameter is not there.
    pub(crate) async fn start(
        sandbox: &Sandbox,
        cluster: &str,
        service: &str,
        url_parameter: &str,
    ) -> anyhow::Result<Self> {
        // It outlives every task.
        let folder = sandbox.ecs.file_system(&format!("fs-tally-{service}"));
        fs::create_dir_all(&folder)?;
        let tally = folder.join("tally");
        let tally_path = tally.to_str().context("the sandbox's folder has a name that is no text")?;
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

    /// What its tasks met so far, all of them together.
    pub(crate) fn met(&self) -> Met {
        // No task has got so far where there is no file.
        let tally = fs::read_to_string(&self.tally).unwrap_or_default();
        let served = tally.lines().filter(|line| *line == "served").count();
        let failures = tally.lines().filter_map(|line| line.strip_prefix("failed: "));
        Met {
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

    /// What a task writes down that was started with this URL, where a Redis takes one password.
    async fn met_with(url: &str) -> Met {
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
            while worker.met().commands + worker.met().failed < 2 {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(20), two).await.expect("it writes down how it fares");
        kill(Pid::from_raw(task.id().unwrap() as i32), Signal::SIGTERM).unwrap();
        assert!(task.wait().await.unwrap().success(), "it ends well when it is told to");
        worker.met()
    }

    #[tokio::test]
    async fn a_task_counts_what_it_was_served_and_what_it_was_refused() {
        let served = met_with("redis://:right@127.0.0.1:6379").await;
        assert!(served.commands >= 2 && served.failed == 0, "{served:?}");
        let refused = met_with("redis://:wrong@127.0.0.1:6379").await;
        assert!(refused.commands == 0 && refused.failed >= 2, "{refused:?}");
        assert_eq!(refused.failures[0], "the login was refused");
    }
}
