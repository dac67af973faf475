//! The ACL of a node, read and changed over RESP.

use std::collections::HashMap;

use cloud::CallError;
use policy::login::FailedLogin;
use redis::{Value, from_redis_value};
use secrecy::SecretString;

use crate::{
    login::{CLIENT_NAME, accepts},
    session::{Command, Session},
};

/// How many refused logins a node keeps by default.
///
/// <https://redis.io/docs/latest/commands/acl-log/>, `acllog-max-len`.
const MOST_ENTRIES: &str = "128";

/// Adds credentials to those of a user. One that the user has already is not added twice.
///
/// `ACL SETUSER`, never `CONFIG SET requirepass`: that drops every other password.
pub(crate) fn allow(username: &str, credentials: &[&SecretString]) -> Command {
    let command = Command::new("ACL SETUSER").arg(username);
    credentials.iter().fold(command, |command, credential| command.secret(">", credential))
}

/// Removes a credential from a user. Connections that logged in with it stay open.
pub(crate) fn forbid(username: &str, credential: &SecretString) -> Command {
    Command::new("ACL SETUSER").arg(username).secret("<", credential)
}

/// Removes a credential from a user if the user has it: Redis refuses to remove one that the user does not have.
pub(crate) async fn forbid_if_accepted(
    session: &mut Session,
    username: &str,
    credential: &SecretString,
) -> Result<(), CallError> {
    match accepts(session, username, credential).await? {
        true => session.run(forbid(username, credential)).await,
        false => Ok(()),
    }
}

/// How many passwords a user has.
pub(crate) async fn count_passwords(session: &mut Session, username: &str) -> Result<usize, CallError> {
    let user: HashMap<String, Value> = session.run(Command::new("ACL GETUSER").arg(username)).await?;
    Ok(match user.get("passwords") {
        Some(Value::Array(hashes)) => hashes.len(),
        _ => 0,
    })
}

/// Reads which logins a node has refused, except those of this project.
///
/// The node counts equal logins within a minute together, and shows only the last client.
pub(crate) async fn failed_logins(session: &mut Session, username: &str) -> Result<Vec<FailedLogin>, CallError> {
    let (seconds, micros): (u64, u64) = session.run(Command::new("TIME")).await?;
    let now_ms = seconds * 1000 + micros / 1000;
    let entries: Vec<HashMap<String, Value>> = session.run(Command::new("ACL LOG").arg(MOST_ENTRIES)).await?;
    Ok(entries.iter().filter_map(|entry| refused_login(&session.node, username, now_ms, entry)).collect())
}

/// The refused login of an entry; `None` if it is something else, or one of ours.
fn refused_login(node: &str, username: &str, now_ms: u64, entry: &HashMap<String, Value>) -> Option<FailedLogin> {
    let text = |key: &str| entry.get(key).and_then(|value| from_redis_value::<String>(value.clone()).ok());
    let client = text("client-info")?;
    let of_client = |key: &str| client.split(' ').find_map(|field| field.strip_prefix(key)).unwrap_or_default();
    if text("reason")? != "auth" || of_client("name=") == CLIENT_NAME {
        return None;
    }
    // Redis 7.2 tells the time; before it there is the age only.
    let told = text("timestamp-last-updated").and_then(|told| told.parse().ok());
    let age_s: f64 = text("age-seconds").and_then(|age| age.parse().ok()).unwrap_or_default();
    let age = std::time::Duration::try_from_secs_f64(age_s).unwrap_or_default();
    Some(FailedLogin {
        node: node.to_owned(),
        client: of_client("addr=").to_owned(),
        username: text("username").filter(|name| name == username),
        count: text("count").and_then(|count| count.parse().ok()).unwrap_or(1),
        last_ms: told.unwrap_or(now_ms.saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX))),
    })
}
