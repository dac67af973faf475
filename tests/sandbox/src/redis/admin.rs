//! The administration of a node, over its unix socket.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use redis::{AsyncConnectionConfig, Cmd, FromRedisValue, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep, timeout};

use super::access::{ADMINISTRATOR, Access};

/// How long one command may take; a frozen node answers none.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(2);
/// Between two looks while waiting for a node.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A way in for the administrator.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    pub(crate) socket: PathBuf,
    pub(crate) password: SecretString,
}

impl Admin {
    /// Runs one command on a connection of its own.
    pub(crate) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> anyhow::Result<T> {
        let talk = async { Ok(command.query_async(&mut self.connect().await?).await?) };
        timeout(COMMAND_TIMEOUT, talk).await.context("the node does not answer its administrator")?
    }

    /// Gives the server this access, in one step.
    pub(crate) async fn grant(&self, access: &Access) -> anyhow::Result<()> {
        let talk = async {
            let mut connection = self.connect().await?;
            let present: Vec<String> = redis::cmd("ACL").arg("USERS").query_async(&mut connection).await?;
            Ok(access.transaction(&present).query_async::<()>(&mut connection).await?)
        };
        timeout(COMMAND_TIMEOUT, talk).await.context("the node does not answer its administrator")?
    }

    async fn connect(&self) -> anyhow::Result<MultiplexedConnection> {
        let url = format!(
            "redis+unix://{}?user={ADMINISTRATOR}&pass={}",
            self.socket.display(),
            self.password.expose_secret()
        );
        // Without the source: a client that cannot read an address may quote it.
        let client = redis::Client::open(url).map_err(|_| anyhow::anyhow!("the socket's address is malformed"))?;
        // One limit for all of it, instead of the client's own shorter ones.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        Ok(client.get_multiplexed_async_connection_with_config(&config).await?)
    }

    /// Runs a command again and again until it succeeds.
    pub(crate) async fn run_within<T: FromRedisValue>(&self, limit: Duration, command: &Cmd) -> anyhow::Result<T> {
        let deadline = Instant::now() + limit;
        loop {
            match self.run(command).await {
                Err(error) if Instant::now() >= deadline => return Err(error),
                Err(_) => sleep(LOOK_EVERY).await,
                done => return done,
            }
        }
    }

    /// Waits until an `INFO` or `CLUSTER INFO` style text says every one of these.
    pub(crate) async fn says_within(&self, limit: Duration, command: &Cmd, lines: &[&str]) -> anyhow::Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            let text: String = self.run(command).await.unwrap_or_default();
            if lines.iter().all(|wanted| text.lines().any(|line| line == *wanted)) {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < deadline, "the node does not say {lines:?} within {limit:?}");
            sleep(LOOK_EVERY).await;
        }
    }
}
