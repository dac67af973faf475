//! Who is refused once the previous credential is gone: a run tells what the nodes' own logs say.

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

/// By how much the time of a refused login may be wrong: some nodes tell its age, and are asked for their clock before.
const UNSURE: Duration = Duration::from_millis(500);

/// How long a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The flavours whose nodes keep a log that we may read.
fn flavours() -> impl Iterator<Item = Flavour> {
    let hosts = [SetUp::ConfigFile, SetUp::AclFile, SetUp::Neither].map(Flavour::SelfHosted);
    Flavour::on_fargate().chain(hosts)
}

/// A stage whose previous credential has just been retired, with a function that is as talkative as it can be.
async fn retired(flavour: Flavour) -> Stage {
    let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
    stage.deploy_tracing(NAME, TIMEOUT);
    let outcome = retire(&stage).await;
    assert_eq!(outcome.done(), REMOVED, "{outcome}");
    assert!(outcome.failed_logins().is_empty(), "our own refused logins are not told");
    sleep(UNSURE).await;
    stage
}

/// Says this to a node, again and again on one connection, and holds that it is refused each time as a login is; gives the
/// client's address.
fn is_refused(node: &Direct, words: &[&str], times: usize) -> SocketAddr {
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

/// What an outcome calls a node.
fn name(stage: &Stage, node: &Direct) -> String {
    if let Some(host) = stage.sandbox.hosts.host(node.address) {
        return format!("{}:{}", host.address(), host.port());
    }
    let tasks = stage.sandbox.ecs.tasks("orders", "redis");
    let task = tasks.into_iter().find(|task| task.address == node.address).unwrap();
    task.arn.rsplit('/').next().unwrap().to_owned()
}

/// What a run says of refused logins, without when; and when. Nodes tell in no order.
fn told(outcome: &Outcome) -> (Vec<Value>, Vec<u64>) {
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
async fn a_client_that_still_holds_the_previous_password_is_told_with_its_node_address_and_count() {
    for flavour in flavours() {
        let stage = retired(flavour).await;
        let (first, began_ms) = (stage.first_token(), now_ms());
        // As clients of RESP3 and older ones spell it.
        let spelled: [&[&str]; 2] =
            [&["HELLO", "3", "AUTH", "default", first.expose_secret()], &["AUTH", "default", first.expose_secret()]];
        let mut expected = Vec::new();
        for (node, words) in stage.direct().iter().flat_map(|node| spelled.map(|words| (node, words))) {
            let count = expected.len() + 3;
            let client = is_refused(node, words, count).to_string();
            expected
                .push(json!({ "node": name(&stage, node), "client": client, "username": "default", "count": count }));
        }

        let invocation = invoke(&stage, &json!({ "target": "orders" })).await;
        let (outcome, metrics) = Outcome::logged(&invocation);
        let (told, times) = told(&outcome);
        assert_eq!(told, expected, "{flavour:?}: {outcome}");
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
async fn our_own_refused_logins_are_never_told_however_often_we_look() {
    for flavour in flavours() {
        let stage = retired(flavour).await;
        for _ in 0..3 {
            let outcome = retire(&stage).await;
            assert!(outcome.failed_logins().is_empty(), "{flavour:?}");
            assert!(outcome.logins().unwrap() > 0, "it has asked the nodes: {outcome}");
        }
        // The nodes have refused us all the same: the log that was read has entries.
        for node in stage.direct() {
            assert!(refusals(&stage, &node).await > 0, "{flavour:?}");
        }
        stage.stop().await;
    }
}

/// How many refused logins a node's log has, whoever they were.
async fn refusals(stage: &Stage, node: &Direct) -> usize {
    let client = redis::Client::open(node.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    redis::cmd("AUTH").arg(stage.current().await.expose_secret()).exec_async(&mut connection).await.unwrap();
    let entries: Vec<redis::Value> = redis::cmd("ACL").arg("LOG").query_async(&mut connection).await.unwrap();
    entries.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_the_place_of_a_user_is_told_without_it() {
    for flavour in flavours() {
        let stage = retired(flavour).await;
        let (first, node) = (stage.first_token(), stage.direct().remove(0));
        let client = is_refused(&node, &["AUTH", first.expose_secret(), "orders"], 1).to_string();
        let (told, _) = told(&retire(&stage).await);
        let expected = json!({ "node": name(&stage, &node), "client": client, "username": null, "count": 1 });
        assert_eq!(told, [expected], "{flavour:?}");
        assert_nothing_leaked(&stage, 2);
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_refused_before_the_previous_password_was_taken_away_is_not_told() {
    for flavour in flavours() {
        let stage = rotated(StageOptions { flavour, ..StageOptions::default() }).await;
        for node in stage.direct() {
            is_refused(&node, &["HELLO", "3", "AUTH", "default", "a-password-of-long-ago"], 2);
        }
        sleep(UNSURE).await;
        for expected in [&REMOVED[..], &[]] {
            let outcome = retire(&stage).await;
            assert_eq!((outcome.done(), outcome.failed_logins().len()), (expected.to_vec(), 0), "{flavour:?}");
        }
        stage.stop().await;
    }
}
