//! What commands meet at a gate.

use super::{Arc, CallResult, Duration, Instant, PRINCIPAL, TcpStream, What, sleep};

use std::process::{Child, Command};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    faults::{At, Faults, Kill, Rule},
    hosts::{Host, HostOptions, Hosts, SetUp},
    journal::{Entry, Journal},
    redis::Fleet,
};

const SET_USER: &str = "ACL SETUSER app on >hunter2-0123456789";

/// A command as client libraries write it.
fn resp(command: &str) -> Vec<u8> {
    let words: Vec<_> = command.split(' ').collect();
    let bulk = |word: &&str| format!("${}\r\n{word}\r\n", word.len());
    format!("*{}\r\n{}", words.len(), words.iter().map(bulk).collect::<String>()).into_bytes()
}

/// An open Redis of its owner's, on which clients may do everything, and a process that stands for a function's.
struct Scene {
    host: Arc<Host>,
    hosts: Hosts,
    fleet: Arc<Fleet>,
    faults: Arc<Faults>,
    journal: Arc<Journal>,
    function: Child,
    _home: TempDir,
}

impl Scene {
    async fn set() -> Self {
        let home = tempfile::tempdir().unwrap();
        let (faults, journal) = (Arc::new(Faults::default()), Arc::new(Journal::default()));
        let fleet = Arc::new(Fleet::new(home.path(), faults.clone(), journal.clone()).unwrap());
        let hosts = Hosts::new(home.path(), fleet.clone()).unwrap();
        let options = HostOptions { password: None, ..HostOptions::new(SetUp::ConfigFile, &"unused".into()) };
        let host = hosts.create(options).await.unwrap();
        let function = Command::new("sleep").arg("60").spawn().unwrap();
        Self { host, hosts, fleet, faults, journal, function, _home: home }
    }

    /// Begins an invocation.
    fn invoke(&self) {
        self.faults.invocation_began(
            PRINCIPAL,
            "request",
            "rotate-auth",
            "setSecret",
            Kill::process(self.function.id()),
        );
    }

    /// Begins an invocation whose first call of this operation meets this.
    fn invoke_at(&self, operation: &str, what: What) {
        self.invoke();
        let (function, at) = ("rotate-auth".to_owned(), At::Operation(operation.to_owned()));
        self.faults.arm(Rule { function, during: None, at, what, times: 1 });
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect((self.host.address(), self.host.port())).await.unwrap()
    }

    /// Sends commands one after the other, and returns what is answered before the connection ends.
    async fn talk(&self, commands: &[&str]) -> String {
        let mut stream = self.connect().await;
        let mut heard = String::new();
        for command in commands {
            let mut answer = [0; 4096];
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

    /// Whether the user that the tests set is there, asked past the gate.
    async fn has_user(&self) -> bool {
        let url = format!("redis://{}:{}", self.host.address(), self.host.direct_port());
        let mut connection = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
        let users: Vec<String> = redis::cmd("ACL").arg("USERS").query_async(&mut connection).await.unwrap();
        users.iter().any(|name| name == "app")
    }

    fn commands(&self) -> Vec<(String, CallResult)> {
        let is_command = |entry: &Entry| entry.operation != "Connect";
        self.journal.entries().into_iter().filter(is_command).map(|entry| (entry.operation, entry.result)).collect()
    }

    /// Sets a user while this fault waits for it; what was heard, and whether the user is there.
    async fn set_user(&self, what: What) -> (String, bool) {
        self.invoke_at("ACL SETUSER", what);
        let heard = self.talk(&["PING", SET_USER, "PING"]).await;
        (heard, self.has_user().await)
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
        self.hosts.stop().await;
        self.fleet.stop().await;
    }
}

/// Reads until so many bytes have come, or the connection has ended.
async fn hear(stream: &mut TcpStream, count: usize) -> String {
    let mut heard = Vec::new();
    while heard.len() < count {
        let mut some = [0; 4096];
        match tokio::time::timeout(Duration::from_secs(5), stream.read(&mut some)).await.unwrap() {
            Ok(count @ 1..) => heard.extend(&some[..count]),
            _ => break,
        }
    }
    String::from_utf8(heard).unwrap()
}

fn before(what: What) -> CallResult {
    CallResult::FaultedBefore(format!("{what:?}"))
}

fn after(what: What) -> CallResult {
    CallResult::FaultedAfter(format!("{what:?}"))
}

#[tokio::test]
async fn a_command_that_changes_something_is_a_call_and_nothing_of_it_is_kept_but_its_name() {
    let scene = Scene::set().await;
    scene.invoke();
    let heard =
        scene.talk(&["PING", "CLIENT ID", SET_USER, "acl setuser app <nobody", "ACL LIST", "CONFIG GET port"]).await;
    assert!(heard.contains("-ERR"), "{heard}");
    let set_user = |result| ("ACL SETUSER".to_owned(), result);
    assert_eq!(scene.commands(), [set_user(CallResult::Answered), set_user(CallResult::Refused("ERR".to_owned()))]);
    let entries = scene.journal.entries();
    assert_eq!(entries.iter().map(|entry| entry.invocation.as_ref().unwrap().nth).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(entries.iter().all(|entry| entry.subject == Some(scene.host.address().to_string())));
    assert!(!format!("{entries:?}").contains("hunter2"));
    scene.stop().await;
}

#[tokio::test]
async fn nobodys_commands_are_not_written_down() {
    let scene = Scene::set().await;
    assert_eq!(scene.talk(&[SET_USER]).await, "+OK\r\n");
    assert_eq!(scene.commands(), []);
    scene.stop().await;
}

#[tokio::test]
async fn commands_in_any_pieces_are_the_same_commands() {
    for size in [1, 2, 3, 7, 4096] {
        let scene = Scene::set().await;
        scene.invoke();
        let mut stream = scene.connect().await;
        stream.set_nodelay(true).unwrap();
        let pipeline = ["PING", SET_USER, "CONFIG SET maxclients 400", "ECHO ACL", "CONFIG REWRITE", "PING"];
        let bytes = pipeline.iter().flat_map(|command| resp(command)).collect::<Vec<_>>();
        for piece in bytes.chunks(size) {
            stream.write_all(piece).await.unwrap();
            if size < 4 {
                tokio::task::yield_now().await;
            }
        }
        let all = "+PONG\r\n+OK\r\n+OK\r\n$3\r\nACL\r\n+OK\r\n+PONG\r\n";
        assert_eq!(hear(&mut stream, all.len()).await, all);
        let calls: Vec<_> = scene.commands().into_iter().map(|(operation, _)| operation).collect();
        assert_eq!(calls, ["ACL SETUSER", "CONFIG SET", "CONFIG REWRITE"]);
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_command_that_is_reset_throttled_quoted_or_fails_has_no_effect() {
    for (what, heard) in [
        (What::Reset, "+PONG\r\n"),
        (
            What::Throttle,
            "+PONG\r\n-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n+PONG\r\n",
        ),
        (What::InternalError, "+PONG\r\n-ERR internal error\r\n+PONG\r\n"),
        (What::Quote, "+PONG\r\n-ERR syntax error in ACL SETUSER app on >hunter2-0123456789 \r\n+PONG\r\n"),
    ] {
        let scene = Scene::set().await;
        assert_eq!(scene.set_user(what).await, (heard.to_owned(), false));
        assert_eq!(scene.commands(), [("ACL SETUSER".to_owned(), before(what))]);
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_command_whose_answer_is_lost_has_had_its_effect() {
    let scene = Scene::set().await;
    assert_eq!(scene.set_user(What::LoseAnswer).await, ("+PONG\r\n".to_owned(), true));
    assert_eq!(scene.commands(), [("ACL SETUSER".to_owned(), after(What::LoseAnswer))]);
    scene.stop().await;
}

#[tokio::test]
async fn a_function_is_killed_before_its_command() {
    let mut scene = Scene::set().await;
    assert_eq!(scene.set_user(What::KillBefore).await, ("+PONG\r\n".to_owned(), false));
    assert!(scene.killed().await);
    assert_eq!(scene.commands(), [("ACL SETUSER".to_owned(), before(What::KillBefore))]);
    scene.stop().await;
}

#[tokio::test]
async fn a_function_is_killed_after_its_command_had_its_effect() {
    let mut scene = Scene::set().await;
    assert_eq!(scene.set_user(What::KillAfter).await, ("+PONG\r\n".to_owned(), true));
    assert!(scene.killed().await);
    assert_eq!(scene.commands(), [("ACL SETUSER".to_owned(), after(What::KillAfter))]);
    scene.stop().await;
}

#[tokio::test]
async fn a_delayed_command_and_a_held_one_are_carried_out_later() {
    let scene = Scene::set().await;
    let began = Instant::now();
    let delay = Duration::from_millis(300);
    assert_eq!(scene.set_user(What::Delay(delay)).await, ("+PONG\r\n+OK\r\n+PONG\r\n".to_owned(), true));
    assert!(began.elapsed() >= delay);
    scene.stop().await;

    let scene = Scene::set().await;
    scene.invoke_at("ACL SETUSER", What::Hold);
    let mut stream = scene.connect().await;
    stream.write_all(&resp(SET_USER)).await.unwrap();
    tokio::time::timeout(Duration::from_millis(200), stream.readable()).await.unwrap_err();
    assert!(!scene.has_user().await);
    scene.faults.release();
    assert_eq!(hear(&mut stream, 5).await, "+OK\r\n");
    assert_eq!(scene.commands(), [("ACL SETUSER".to_owned(), CallResult::Answered)]);
    scene.stop().await;
}

#[tokio::test]
async fn a_transaction_that_changes_something_is_one_call_its_exec() {
    let scene = Scene::set().await;
    scene.invoke_at("EXEC", What::KillBefore);
    let heard = scene.talk(&["MULTI", "PING", "EXEC", "MULTI", SET_USER, "DISCARD", "MULTI", SET_USER, "EXEC"]).await;
    assert!(heard.ends_with("+OK\r\n+QUEUED\r\n"), "{heard}");
    assert!(!scene.has_user().await);
    assert_eq!(scene.commands(), [("EXEC".to_owned(), before(What::KillBefore))]);
    scene.stop().await;
}

#[tokio::test]
async fn a_transaction_that_is_refused_is_discarded() {
    let scene = Scene::set().await;
    scene.invoke_at("EXEC", What::Throttle);
    let heard = scene.talk(&["MULTI", SET_USER, "EXEC", "PING"]).await;
    assert!(heard.contains("-EXECABORT Transaction discarded because of: BUSY "), "{heard}");
    assert!(heard.ends_with("\r\n+PONG\r\n"), "the connection is still in the transaction: {heard}");
    assert!(!scene.has_user().await);
    assert_eq!(scene.commands(), [("EXEC".to_owned(), before(What::Throttle))]);
    scene.stop().await;
}

#[tokio::test]
async fn a_call_that_gets_no_answer_is_written_down_as_such() {
    let scene = Scene::set().await;
    scene.invoke();
    scene.host.freeze().await;
    let mut stream = scene.connect().await;
    stream.write_all(&resp(SET_USER)).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    scene.host.kill().await;
    assert_eq!(hear(&mut stream, 1).await, "");
    for _ in 0..100 {
        if !scene.commands().is_empty() {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(scene.commands(), [("ACL SETUSER".to_owned(), CallResult::Refused("NoAnswer".to_owned()))]);
    scene.stop().await;
}

#[tokio::test]
async fn what_is_no_command_and_reply_goes_through_as_it_is() {
    let scene = Scene::set().await;
    scene.invoke();
    assert_eq!(scene.talk(&["*1\r\n+PING"]).await, "-ERR Protocol error: expected '$', got '+'\r\n");
    let mut subscriber = scene.connect().await;
    subscriber.write_all(&resp("SUBSCRIBE news other")).await.unwrap();
    let confirmed = "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$5\r\nother\r\n:2\r\n";
    assert_eq!(hear(&mut subscriber, confirmed.len()).await, confirmed);
    assert_eq!(scene.talk(&["PUBLISH news hello"]).await, ":1\r\n");
    let message = "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n";
    assert_eq!(hear(&mut subscriber, message.len()).await, message);
    let mut replica = scene.connect().await;
    replica.write_all(&resp("PSYNC ? -1")).await.unwrap();
    let mut answer = [0; 12];
    replica.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"+FULLRESYNC ");
    scene.stop().await;
}

#[tokio::test]
async fn what_a_server_says_unasked_is_nobodys_reply() {
    let scene = Scene::set().await;
    scene.invoke();
    let mut tracking = scene.connect().await;
    for command in ["HELLO 3", "CLIENT TRACKING ON", "GET key"] {
        tracking.write_all(&resp(command)).await.unwrap();
    }
    let mut heard = String::new();
    while !heard.ends_with("+OK\r\n_\r\n") {
        heard.push_str(&hear(&mut tracking, 1).await);
    }
    assert_eq!(scene.talk(&["SET key value"]).await, "+OK\r\n");
    let push = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nkey\r\n";
    assert_eq!(hear(&mut tracking, push.len()).await, push);
    tracking.write_all(&resp("PING")).await.unwrap();
    assert_eq!(hear(&mut tracking, 7).await, "+PONG\r\n");
    scene.stop().await;
}
