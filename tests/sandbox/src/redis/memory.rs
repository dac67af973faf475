//! A node in memory: what the sandbox does to it, and how long that takes.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use redis::{Cmd, Value, cmd};
use secrecy::{ExposeSecret, SecretString};
use simulated_redis::{Address, Files, Node, Reply, Session, Shared, User, Version};
use tokio::time::sleep;

use super::{
    access::{ADMINISTRATOR, Access},
    gate::PORT,
};
use crate::clock;

/// From the start of a node to its first answer.
const START: Duration = Duration::from_secs(10);

/// From the failure of a primary to the promotion of a replica.
const PROMOTION: Duration = Duration::from_secs(5);

/// The password of the administrator, whom no client knows.
const PASSWORD: &str = "the administrator of every node in memory";

/// A rule of a user that the node refuses, as a server refuses what it does not know.
#[derive(Debug, thiserror::Error)]
#[error("the node refuses a rule: {0}")]
pub(crate) struct Refused(String);

/// A node that nobody can log in to, until it is given an access.
pub(crate) fn node(address: Ipv4Addr) -> Shared {
    let nobody = User::new("default", &["off"]).expect("the rules are legal");
    let files = Files::acl_file("", vec![nobody, administrator()]);
    Arc::new(Mutex::new(Node::new(Version::Redis7, at(address), files)))
}

/// The node itself.
pub(crate) fn lock(node: &Shared) -> MutexGuard<'_, Node> {
    node.lock().expect("the lock is not poisoned")
}

/// Waits as long as a node takes to start.
pub(crate) async fn start() {
    sleep(START).await;
}

/// Waits as long as it takes to notice that a primary has failed.
pub(crate) async fn promotion() {
    sleep(PROMOTION).await;
}

/// Gives a node this access, in one step.
///
/// # Errors
/// A rule that no server knows; the node keeps the access that it had.
pub(crate) fn grant(node: &Shared, access: &Access) -> Result<(), Refused> {
    let users = access.users().map_err(Refused)?;
    lock(node).set_users(users.into_iter().chain([administrator()]));
    Ok(())
}

/// Runs one command as the administrator, and saves the users: they are those of the next start too.
pub(crate) fn administer(node: &Shared, command: &Cmd) -> Result<Value, String> {
    let mut login = Login::open(node, ADMINISTRATOR, &PASSWORD.into()).ok_or("ERR the administrator is locked out")?;
    let answer = login.run(command)?;
    login.run(cmd("ACL").arg("SAVE"))?;
    Ok(answer)
}

fn administrator() -> User {
    User::new(ADMINISTRATOR, &["on", "~*", "&*", "+@all", &format!(">{PASSWORD}")]).expect("the rules are legal")
}

/// A user who has logged in to a node.
#[derive(Debug)]
pub(crate) struct Login {
    node: Shared,
    /// Some until it is closed.
    session: Option<Session>,
}

impl Login {
    /// Logs in; `None` if the node refuses the password.
    pub(crate) fn open(node: &Shared, username: &str, password: &SecretString) -> Option<Self> {
        let session = lock(node).connect(Address::new("10.0.0.1", 50_000), now());
        let mut login = Self { node: node.clone(), session: Some(session) };
        login.run(cmd("AUTH").arg(username).arg(password.expose_secret())).is_ok().then_some(login)
    }

    /// Runs one command.
    ///
    /// # Errors
    /// The error message of the node.
    pub(crate) fn run(&mut self, command: &Cmd) -> Result<Value, String> {
        let words: Vec<Vec<u8>> = command
            .args_iter()
            .filter_map(|word| match word {
                redis::Arg::Simple(word) => Some(word.to_vec()),
                _ => None,
            })
            .collect();
        let session = self.session.as_ref().expect("it is closed when it is dropped");
        match session.call(&mut lock(&self.node), &words, now()) {
            Ok(reply) => value(reply),
            Err(_) => Err("ERR the connection is closed".to_owned()),
        }
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            session.close(&mut lock(&self.node));
        }
    }
}

/// A reply as a client reads it in RESP2.
fn value(reply: Reply) -> Result<Value, String> {
    let all = |replies: Vec<Reply>| replies.into_iter().map(value).collect::<Result<_, _>>().map(Value::Array);
    match reply {
        Reply::Status(text) if text == "OK" => Ok(Value::Okay),
        Reply::Status(text) => Ok(Value::SimpleString(text)),
        Reply::Error(error) => Err(error),
        Reply::Integer(number) => Ok(Value::Int(number)),
        Reply::Bulk(bytes) => Ok(Value::BulkString(bytes)),
        Reply::Text(text) => Ok(Value::BulkString(text.into_bytes())),
        Reply::Double(number) => Ok(Value::BulkString(number.to_string().into_bytes())),
        Reply::Null => Ok(Value::Nil),
        Reply::Array(replies) | Reply::Set(replies) => all(replies),
        Reply::Map(entries) => all(entries.into_iter().flat_map(|(key, value)| [key, value]).collect()),
    }
}

fn now() -> Duration {
    clock::now().as_duration().unsigned_abs()
}

/// Makes a node a replica of the one at this address, or a primary.
pub(crate) fn replicate(node: &Shared, primary: Option<Ipv4Addr>) {
    lock(node).replicate(primary.map(at));
}

fn at(address: Ipv4Addr) -> Address {
    Address::new(&address.to_string(), PORT)
}
