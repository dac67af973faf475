//! What connections meet at a gate.

use std::process::{Child, Command};

use redis::TlsCertificates;
use tempfile::TempDir;

use super::*;
use crate::{
    faults::{At, Faults, Kill, Rule},
    journal::Journal,
    redis::{Access, Fleet, Node},
};

mod commands;

const PRINCIPAL: &str = "instance";

/// One open node without TLS, and a process that stands for a function's.
struct Scene {
    node: Arc<Node>,
    fleet: Fleet,
    faults: Arc<Faults>,
    journal: Arc<Journal>,
    function: Child,
    _home: TempDir,
}

impl Scene {
    async fn set() -> Self {
        Self::with(false, Access::of_tokens(true, Vec::new())).await
    }

    async fn with(tls: bool, access: Access) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (faults, journal) = (Arc::new(Faults::default()), Arc::new(Journal::default()));
        let fleet = Fleet::new(home.path(), faults.clone(), journal.clone()).unwrap();
        let address = fleet.take_address().unwrap();
        let certificate = tls.then(|| fleet.certificate("scene", &[address]).unwrap());
        let node = fleet.add_node(address, certificate.as_ref(), false).await.unwrap();
        node.prepare(access);
        node.start().await.unwrap();
        node.admit().await;
        let function = Command::new("sleep").arg("60").spawn().unwrap();
        Self { node, fleet, faults, journal, function, _home: home }
    }

    /// Begins an invocation whose first connection meets this.
    fn invoke(&self, what: Option<What>) {
        self.faults.invocation_began(
            PRINCIPAL,
            "request",
            "rotate-auth",
            "setSecret",
            Kill::process(self.function.id()),
        );
        if let Some(what) = what {
            let function = "rotate-auth".to_owned();
            self.faults.arm(Rule { function, during: None, at: At::Operation("Connect".to_owned()), what, times: 1 });
        }
    }

    /// Sends commands one after the other, and returns what is answered before the connection ends.
    async fn talk(&self, commands: &[&str]) -> String {
        let mut stream = TcpStream::connect((self.node.address(), crate::redis::PORT)).await.unwrap();
        let mut heard = String::new();
        for command in commands {
            let mut answer = [0; 512];
            if stream.write_all(format!("{command}\r\n").as_bytes()).await.is_err() {
                break;
            }
            match tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await.unwrap() {
                Ok(count @ 1..) => heard.push_str(&String::from_utf8_lossy(&answer[..count])),
                _ => break,
            }
        }
        heard
    }

    fn results(&self) -> Vec<CallResult> {
        self.journal.entries().into_iter().map(|entry| entry.result).collect()
    }

    /// Whether the function was killed; waits a little, as the kill may come after the connection's end.
    async fn killed(&mut self) -> bool {
        for _ in 0..40 {
            if self.function.try_wait().unwrap().is_some() {
                return true;
            }
            sleep(Duration::from_millis(10)).await;
        }
        false
    }

    async fn stop(mut self) {
        self.faults.invocation_ended(PRINCIPAL);
        self.function.kill().unwrap();
        self.function.wait().unwrap();
        self.fleet.stop().await;
    }
}

#[tokio::test]
async fn only_the_connections_of_an_invocation_are_written_down() {
    let scene = Scene::set().await;
    assert_eq!(scene.talk(&["PING"]).await, "+PONG\r\n");
    assert_eq!(scene.results(), []);
    scene.invoke(None);
    assert_eq!(scene.talk(&["PING"]).await, "+PONG\r\n");
    let entries = scene.journal.entries();
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].service.as_str(), entries[0].operation.as_str()), ("redis", "Connect"));
    assert_eq!(entries[0].subject, Some(scene.node.address().to_string()));
    assert_eq!((&entries[0].result, entries[0].invocation.as_ref().unwrap().nth), (&CallResult::Answered, 1));
    scene.stop().await;
}

#[tokio::test]
async fn a_reset_connection_reaches_no_server() {
    let scene = Scene::set().await;
    scene.invoke(Some(What::Reset));
    assert_eq!(scene.talk(&["SET kept yes"]).await, "");
    assert_eq!(scene.results(), [CallResult::FaultedBefore("Reset".to_owned())]);
    assert_eq!(scene.talk(&["EXISTS kept"]).await, ":0\r\n");
    scene.stop().await;
}

#[tokio::test]
async fn a_lost_answer_has_had_its_effect() {
    let scene = Scene::set().await;
    scene.invoke(Some(What::LoseAnswer));
    assert_eq!(scene.talk(&["PING", "SET kept yes"]).await, "+PONG\r\n");
    assert_eq!(scene.results(), [CallResult::FaultedAfter("LoseAnswer".to_owned())]);
    assert_eq!(scene.talk(&["EXISTS kept"]).await, ":1\r\n");
    scene.stop().await;
}

#[tokio::test]
async fn a_login_over_tls_whose_answer_is_lost_has_reached_the_server() {
    let token = "token-a-0123456789";
    let scene = Scene::with(true, Access::of_tokens(false, vec![token.into()])).await;
    let log_in = async |token: &str| {
        let root_cert = Some(scene.fleet.authority_pem().as_bytes().to_vec());
        let url = format!("rediss://:{token}@{}:6379", scene.node.address());
        let client = redis::Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert }).unwrap();
        // Longer than the client's own limit: the machine may be busy with other tests.
        let limit = Some(Duration::from_secs(10));
        let config = redis::AsyncConnectionConfig::new().set_connection_timeout(limit).set_response_timeout(limit);
        client.get_multiplexed_async_connection_with_config(&config).await.map(drop)
    };
    let refusals = async || {
        let log: redis::Value = scene.node.server().unwrap().admin.run(redis::cmd("ACL").arg("LOG")).await.unwrap();
        log.as_sequence().unwrap().len()
    };
    scene.invoke(Some(What::LoseAnswer));
    let unheard = log_in("token-b-0123456789").await.unwrap_err();
    assert_ne!(unheard.kind(), redis::ErrorKind::AuthenticationFailed, "the refusal was heard");
    assert_eq!(refusals().await, 1, "the server refused nobody: the login never arrived");
    log_in(token).await.unwrap();
    assert_eq!(scene.results(), [CallResult::FaultedAfter("LoseAnswer".to_owned()), CallResult::Answered]);
    scene.stop().await;
}

#[tokio::test]
async fn a_function_is_killed_before_it_is_connected() {
    let mut scene = Scene::set().await;
    scene.invoke(Some(What::KillBefore));
    assert_eq!(scene.talk(&["SET kept yes"]).await, "");
    assert!(scene.killed().await);
    assert_eq!(scene.talk(&["EXISTS kept"]).await, ":0\r\n");
    scene.stop().await;
}

#[tokio::test]
async fn a_function_is_killed_after_its_connection_had_its_effect() {
    let mut scene = Scene::set().await;
    scene.invoke(Some(What::KillAfter));
    assert_eq!(scene.talk(&["SET kept yes"]).await, "+OK\r\n");
    assert!(scene.killed().await);
    assert_eq!(scene.talk(&["EXISTS kept"]).await, ":1\r\n");
    scene.stop().await;
}

#[tokio::test]
async fn a_dead_node_is_unreachable_until_it_starts_again() {
    let scene = Scene::set().await;
    scene.invoke(None);
    scene.node.kill().await;
    assert_eq!(scene.talk(&["PING"]).await, "");
    assert_eq!(scene.results(), [CallResult::Refused("Unreachable".to_owned())]);
    scene.node.start().await.unwrap();
    assert_eq!(scene.talk(&["PING"]).await, "", "nobody gets in before the node is admitted");
    scene.node.admit().await;
    assert_eq!(scene.talk(&["PING"]).await, "+PONG\r\n");
    scene.stop().await;
}

#[tokio::test]
async fn two_fleets_lease_two_networks() {
    let (one, other) = (Scene::set().await, Scene::set().await);
    assert_ne!(one.node.address(), other.node.address());
    one.stop().await;
    other.stop().await;
}

#[test]
fn a_command_is_told_from_the_end_of_a_handshake() {
    let record = |kind: u8, length: u8| [vec![kind, 3, 3, 0, length], vec![7; length.into()]].concat();
    let (change, finished, command) = (record(20, 1), record(23, 53), record(23, 90));
    for (sent, expected) in [
        (b"*1\r\n$4\r\nPING\r\n".to_vec(), true),
        ([change.clone(), finished.clone()].concat(), false),
        ([change.clone(), finished.clone(), command[..20].to_vec()].concat(), false),
        ([change, finished, command].concat(), true),
    ] {
        assert_eq!(super::has_command(&sent), expected, "{sent:?}");
    }
}
