//! Tests of self-managed Redis.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use tempfile::TempDir;
use tokio::time::sleep;

use super::*;
use crate::{faults::Faults, journal::Journal};

mod estates;
mod replicas;
mod sentinels;
mod set_ups;

/// Hosts without the rest of the sandbox.
struct Scene {
    hosts: Hosts,
    fleet: Arc<Fleet>,
    journal: Arc<Journal>,
    faults: Arc<Faults>,
    _home: TempDir,
}

impl Scene {
    fn set() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (faults, journal) = (Arc::new(Faults::default()), Arc::new(Journal::default()));
        let fleet = Arc::new(Fleet::new(home.path(), faults.clone(), journal.clone()).unwrap());
        let hosts = Hosts::new(home.path(), fleet.clone()).unwrap();
        Self { hosts, fleet, journal, faults, _home: home }
    }

    async fn stop(self) {
        self.hosts.stop().await;
        self.fleet.stop().await;
    }
}

fn one() -> SecretString {
    "password-one-0123456789".into()
}

fn two() -> SecretString {
    "password-two-0123456789".into()
}

/// A client's connection, logged in.
async fn client(host: &Host, username: &str, password: &SecretString) -> MultiplexedConnection {
    use secrecy::ExposeSecret;
    let user = format!("{username}:{}@", password.expose_secret());
    connect(&user, (host.address(), host.port())).await
}

/// A connection with longer timeouts than the client library's.
async fn connect(user: &str, (address, port): (Ipv4Addr, u16)) -> MultiplexedConnection {
    let limit = Some(Duration::from_secs(10));
    let config = redis::AsyncConnectionConfig::new().set_connection_timeout(limit).set_response_timeout(limit);
    let client = redis::Client::open(format!("redis://{user}{address}:{port}")).unwrap();
    client.get_multiplexed_async_connection_with_config(&config).await.unwrap()
}

/// Runs a command, split at spaces.
async fn run(connection: &mut MultiplexedConnection, words: &str) -> redis::RedisResult<redis::Value> {
    let mut words = words.split(' ');
    let mut command = redis::cmd(words.next().unwrap());
    words.for_each(|word| {
        command.arg(word);
    });
    command.query_async(connection).await
}

/// Waits until a check succeeds.
async fn eventually(what: &str, mut look: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if look().await {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("not within 10 s: {what}");
}
