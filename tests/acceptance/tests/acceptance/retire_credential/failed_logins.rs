//! Failed logins after a retirement, which a run reports from the ACL logs of the nodes.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, SystemTime},
};

use acceptance::{
    Flavour, Outcome, Stage, StageOptions,
    retirement::{NAME, REMOVED, invoke, retire, rotated},
    run::TIMEOUT,
    secrecy::assert_nothing_leaked,
};
use sandbox::{
    hosts::SetUp,
    redis::{DIRECT_PORT, Direct},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::time::sleep;

/// The error of the time of a refused login: some versions of Redis return its age, relative to their own clock.
const UNSURE: Duration = Duration::from_millis(500);

/// How long a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Returns the flavours whose nodes let us read their ACL log.
fn flavours() -> impl Iterator<Item = Flavour> {
    let hosts = [SetUp::ConfigFile, SetUp::AclFile, SetUp::Neither].map(Flavour::SelfHosted);
    Flavour::on_fargate().chain(hosts)
}

/// Creates a stage whose previous credential has just been retired, with a function that logs everything.
async fn retired(flavour: Flavour) -> Stage {
    let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
    stage.deploy_tracing(NAME, TIMEOUT);
    let outcome = retire(&stage).await;
    assert_eq!(outcome.done(), REMOVED, "{outcome}");
    assert!(outcome.failed_logins().is_empty(), "our own refused logins are not reported");
    sleep(UNSURE).await;
    stage
}

/// Sends this command to a node several times on one connection, checks that each is refused with WRONGPASS, and returns the
/// client's address.
fn send_refused(node: &Direct, words: &[&str], times: usize) -> SocketAddr {
    let mut connection = TcpStream::connect((node.address, DIRECT_PORT)).unwrap();
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    let arguments: String = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
    for _ in 0..times {
        connection.write_all(format!("*{}\r\n{arguments}", words.len()).as_bytes()).unwrap();
        let mut answer = [0; 256];
        let length = connection.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.starts_with("-WRONGPASS"), "{answer}");
    }
    connection.local_addr().unwrap()
}

/// Returns the name of a node in an outcome.
fn name(stage: &Stage, node: &Direct) -> String {
    if let Some(host) = stage.sandbox.hosts.host(node.address) {
        return format!("{}:{}", host.address(), host.port());
    }
    let tasks = stage.sandbox.ecs.tasks("orders", "redis");
    let task = tasks.into_iter().find(|task| task.address == node.address).unwrap();
    task.arn.rsplit('/').next().unwrap().to_owned()
}

/// Returns the failed logins of an outcome, sorted by count and without their time, and their times.
fn reported(outcome: &Outcome) -> (Vec<Value>, Vec<u64>) {
    let mut logins = outcome.failed_logins().to_vec();
    logins.sort_by_key(|login| login["count"].as_u64());
    let without_when = |mut login: Value| {
        let last_ms = login.as_object_mut().unwrap().remove("last_ms").unwrap().as_u64().unwrap();
        (login, last_ms)
    };
    logins.into_iter().map(without_when).unzip()
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    now.as_millis().try_into().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_still_uses_the_previous_password_is_reported_with_its_node_address_and_count() {
    for flavour in flavours() {
        let stage = retired(flavour).await;
        let (first, began_ms) = (stage.first_token(), now_ms());
        // As clients with RESP3 and with RESP2 log in.
        let spelled: [&[&str]; 2] =
            [&["HELLO", "3", "AUTH", "default", first.expose_secret()], &["AUTH", "default", first.expose_secret()]];
        let mut expected = Vec::new();
        for (node, words) in stage.direct().iter().flat_map(|node| spelled.map(|words| (node, words))) {
            let count = expected.len() + 3;
            let client = send_refused(node, words, count).to_string();
            expected
                .push(json!({ "node": name(&stage, node), "client": client, "username": "default", "count": count }));
        }

        let invocation = invoke(&stage, &json!({ "target": "orders" })).await;
        let (outcome, metrics) = Outcome::logged(&invocation);
        let (reported, times) = reported(&outcome);
        assert_eq!(reported, expected, "{flavour:?}: {outcome}");
        let unsure = UNSURE.as_millis() as u64;
        let meanwhile = began_ms - unsure..=now_ms() + unsure;
        assert!(times.iter().all(|ms| meanwhile.contains(ms)), "{meanwhile:?}: {outcome}");
        assert_eq!((outcome.status(), outcome.done().len()), ("kept", 0), "{outcome}");
        let counts: u64 = expected.iter().map(|login| login["count"].as_u64().unwrap()).sum();
        assert_eq!(metrics["FailedLogins"], counts, "{metrics}");
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_refused_logins_are_never_reported() {
    for flavour in flavours() {
        let stage = retired(flavour).await;
        for _ in 0..3 {
            let outcome = retire(&stage).await;
            assert!(outcome.failed_logins().is_empty(), "{flavour:?}");
            assert!(outcome.logins().unwrap() > 0, "it has logged in to the nodes: {outcome}");
        }
        // The nodes have refused our logins: their ACL log has entries.
        for node in stage.direct() {
            assert!(refusals(&stage, &node).await > 0, "{flavour:?}");
        }
        stage.stop().await;
    }
}

/// Counts the entries of a node's ACL log.
async fn refusals(stage: &Stage, node: &Direct) -> usize {
    let client = redis::Client::open(node.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    redis::cmd("AUTH").arg(stage.current().await.expose_secret()).exec_async(&mut connection).await.unwrap();
    let entries: Vec<redis::Value> = redis::cmd("ACL").arg("LOG").query_async(&mut connection).await.unwrap();
    entries.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_sent_as_a_user_name_is_not_reported() {
    for flavour in flavours() {
        let stage = retired(flavour).await;
        let (first, node) = (stage.first_token(), stage.direct().remove(0));
        let client = send_refused(&node, &["AUTH", first.expose_secret(), "orders"], 1).to_string();
        let (reported, _) = reported(&retire(&stage).await);
        let expected = json!({ "node": name(&stage, &node), "client": client, "username": null, "count": 1 });
        assert_eq!(reported, [expected], "{flavour:?}");
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_refused_before_the_retirement_is_not_reported() {
    for flavour in flavours() {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        for node in stage.direct() {
            send_refused(&node, &["HELLO", "3", "AUTH", "default", "a-password-of-long-ago"], 2);
        }
        sleep(UNSURE).await;
        for expected in [&REMOVED[..], &[]] {
            let outcome = retire(&stage).await;
            assert_eq!((outcome.done(), outcome.failed_logins().len()), (expected.to_vec(), 0), "{flavour:?}");
        }
        stage.stop().await;
    }
}
