//! Sentinels that log in to the nodes as a user of their own.

use std::{net::Ipv4Addr, time::Duration};

use acceptance::{
    Flavour, Stage, StageOptions,
    retirement::{NAME, retire, settle},
    run::TIMEOUT,
};
use redis::{Client, FromRedisValue, RedisResult};
use sandbox::hosts::SetUp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{sleep, timeout};

/// How long a failover may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// What Sentinels need. <https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/>
const RIGHTS: &str = "on >watches allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info \
                      +client|setname +client|kill +script|kill";

/// Runs a command on a server directly, after a login if there is a password.
async fn ask<T: FromRedisValue>(
    server: (Ipv4Addr, u16),
    password: Option<&SecretString>,
    command: &str,
) -> RedisResult<T> {
    let client = Client::open((server.0.to_string(), server.1)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    if let Some(password) = password {
        redis::cmd("AUTH").arg(password.expose_secret()).exec_async(&mut connection).await.unwrap();
    }
    let mut words = command.split(' ');
    let mut cmd = redis::cmd(words.next().unwrap());
    for word in words {
        cmd.arg(word);
    }
    cmd.query_async(&mut connection).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentinel_with_a_user_of_its_own_keeps_its_password_and_fails_over_after_a_retirement() {
    let flavour = Flavour::SelfHosted(SetUp::ConfigFile);
    let stage = Stage::set(StageOptions { flavour, ..StageOptions::default() }).await;
    let (estate, first) = (stage.estate(), stage.first_token());
    for node in estate.nodes() {
        let node = (node.address(), node.direct_port());
        let () = ask(node, Some(&first), &format!("ACL SETUSER watcher {RIGHTS}")).await.unwrap();
    }
    let sentinel = &estate.sentinels[0];
    let watcher = (sentinel.address(), sentinel.direct_port());
    let () = ask(watcher, None, "SENTINEL SET orders auth-user watcher auth-pass watches").await.unwrap();
    estate.settled().await.unwrap();

    stage.deploy(NAME, TIMEOUT);
    settle(&stage, 0, &[]).await;
    assert!(stage.rotate().await.succeeded);
    retire(&stage).await;
    assert_eq!(stage.accepting(&first).await, 0);
    estate.cut_links();
    estate.mend_links();
    estate.settled().await.unwrap();
    assert!(sentinel.config_text().unwrap().contains("auth-pass orders watches"));
    let replica = &estate.replicas[0];
    let (replica, current) = ((replica.address(), replica.direct_port()), stage.current().await);
    let is_primary =
        async || ask::<String>(replica, Some(&current), "INFO replication").await.unwrap().contains("role:master");
    let promoted = async {
        while !is_primary().await {
            // Refused until the Sentinel is connected to the replica, and while a failover runs.
            let _: RedisResult<()> = ask(watcher, None, "SENTINEL FAILOVER orders").await;
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(PATIENCE, promoted).await.expect("the Sentinel promotes the replica");
    stage.stop().await;
}
