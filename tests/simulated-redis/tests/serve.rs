//! A client library at the other end of a served stream, in virtual time.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue panics")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use redis::{AsyncConnectionConfig, ProtocolVersion, RedisConnectionInfo, RedisError, aio::MultiplexedConnection, cmd};
use simulated_redis::{Address, Fate, Files, Node, Reply, Shared, Surroundings, Version, serve};
use tokio::time::{Instant, sleep};

/// When the tests begin.
const BEGIN: Duration = Duration::from_secs(1_700_000_000);
/// How long a client waits for an answer.
const LIMIT: Duration = Duration::from_secs(2);

/// Commands of one name meet a fate; each way takes some time.
struct Network {
    began: Instant,
    command: &'static str,
    fate: Fate,
    each_way: Duration,
}

impl Surroundings for Network {
    fn now(&self) -> Duration {
        BEGIN + self.began.elapsed()
    }

    async fn arrives(&mut self, words: &[Vec<u8>]) -> Fate {
        sleep(self.each_way).await;
        if words[0].eq_ignore_ascii_case(self.command.as_bytes()) { self.fate.clone() } else { Fate::Answer }
    }

    fn carried_out(&mut self, _: &[Vec<u8>], _: &Reply) {}

    async fn answered(&mut self, _: &[Vec<u8>], _: &Reply) {
        sleep(self.each_way).await;
    }
}

fn node() -> Shared {
    Arc::new(Mutex::new(Node::new(Version::Redis8, Address::new("redis-1", 6379), Files::config_file("one"))))
}

async fn connect(node: &Shared, command: &'static str, fate: Fate) -> MultiplexedConnection {
    connect_with(node, command, fate, &RedisConnectionInfo::default()).await.unwrap()
}

async fn connect_with(
    node: &Shared,
    command: &'static str,
    fate: Fate,
    info: &RedisConnectionInfo,
) -> Result<MultiplexedConnection, RedisError> {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let network = Network { began: Instant::now(), command, fate, each_way: Duration::from_millis(50) };
    tokio::spawn(serve(theirs, Address::new("10.0.0.1", 50_000), Arc::clone(node), network));
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(LIMIT));
    let (connection, driver) = MultiplexedConnection::new_with_config(info, ours, config).await?;
    tokio::spawn(driver);
    Ok(connection)
}

async fn log_in(connection: &mut MultiplexedConnection) {
    cmd("AUTH").arg("one").exec_async(connection).await.unwrap();
}

/// Adds the password `two`, under this fate; returns the error and whether the node accepts it afterwards.
async fn change(fate: Fate) -> (Option<RedisError>, bool) {
    let node = node();
    let mut connection = connect(&node, "ACL", fate).await;
    log_in(&mut connection).await;
    let result = cmd("ACL").arg("SETUSER").arg("default").arg(">two").exec_async(&mut connection).await;
    let accepted = node.lock().unwrap().accepts("default", "two");
    (result.err(), accepted)
}

#[tokio::test(start_paused = true)]
async fn a_client_library_logs_in_with_either_protocol() {
    for protocol in [ProtocolVersion::RESP2, ProtocolVersion::RESP3] {
        let node = node();
        let info = RedisConnectionInfo::default().set_protocol(protocol).set_password("one");
        let mut connection = connect_with(&node, "", Fate::Answer, &info).await.unwrap();
        let user: std::collections::HashMap<String, redis::Value> =
            cmd("ACL").arg("GETUSER").arg("default").query_async(&mut connection).await.unwrap();
        assert!(user.contains_key("passwords"), "{protocol:?} {user:?}");
        let (seconds, _): (u64, u64) = cmd("TIME").query_async(&mut connection).await.unwrap();
        assert_eq!(seconds, BEGIN.as_secs(), "{protocol:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_answered_has_been_made() {
    assert!(matches!(change(Fate::Answer).await, (None, true)));
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_answer_is_lost_has_been_made() {
    let (error, accepted) = change(Fate::CutAfter).await;
    assert!(error.unwrap().is_connection_dropped() && accepted);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_cut_off_has_not_been_made() {
    let (error, accepted) = change(Fate::CutBefore).await;
    assert!(error.unwrap().is_connection_dropped() && !accepted);
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_refused_has_not_been_made() {
    let loading = Reply::error("LOADING Redis is loading the dataset in memory");
    let (error, accepted) = change(Fate::Refuse(loading)).await;
    assert_eq!((error.unwrap().code(), accepted), (Some("LOADING"), false));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_discards_the_transaction_that_it_meets() {
    for command in ["ACL", "EXEC"] {
        let node = node();
        let busy = Reply::error("BUSY Redis is busy");
        let mut connection = connect(&node, command, Fate::Refuse(busy)).await;
        log_in(&mut connection).await;
        let mut change = redis::pipe();
        change.atomic().cmd("ACL").arg("SETUSER").arg("default").arg(">two");
        change.exec_async(&mut connection).await.unwrap_err();
        assert!(!node.lock().unwrap().accepts("default", "two"), "{command}");
        let error = cmd("DISCARD").exec_async(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("DISCARD without MULTI"), "{command}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_ignored_times_out_in_virtual_time() {
    let began = std::time::Instant::now();
    let (error, accepted) = change(Fate::Ignore).await;
    assert!(error.unwrap().is_timeout() && !accepted);
    assert!(began.elapsed() < LIMIT, "it took real time");
}

#[tokio::test(start_paused = true)]
async fn each_command_takes_its_way_and_the_way_back() {
    let node = node();
    let mut connection = connect(&node, "", Fate::Answer).await;
    let began = Instant::now();
    log_in(&mut connection).await;
    // The library asks for nothing before it but pipelines its two commands of introduction.
    assert!(
        (Duration::from_millis(100)..Duration::from_millis(310)).contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_restart_closes_connections() {
    let node = node();
    let mut connection = connect(&node, "", Fate::Answer).await;
    log_in(&mut connection).await;
    node.lock().unwrap().restart();
    let error = cmd("PING").exec_async(&mut connection).await.unwrap_err();
    assert!(error.is_connection_dropped(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_simulated_is_an_error_that_names_it() {
    let node = node();
    let mut connection = connect(&node, "", Fate::Answer).await;
    log_in(&mut connection).await;
    for (command, name) in
        [("LPUSH k v", "lpush"), ("ACL DRYRUN u get k", "acl dryrun"), ("CONFIG GET maxmemory", "maxmemory")]
    {
        let mut words = redis::Cmd::new();
        words.arg(command.split(' ').collect::<Vec<_>>());
        let error = words.exec_async(&mut connection).await.unwrap_err().to_string();
        assert!(error.contains("the simulated node does not know") && error.contains(name), "{error}");
    }
}
