//! Commands that the bearer of a token runs.

use redis::{Value, cmd};
use serde_json::{Value as Json, json};

use super::{Database, Plan, acl, token::Bearer};
use crate::redis::{Login, NoLogin};

/// Commands that are not available over REST, or not at all.
///
/// <https://upstash.com/docs/redis/overall/rediscompatibility>
const UNAVAILABLE: [&str; 34] = [
    "AUTH",
    "BGREWRITEAOF",
    "BGSAVE",
    "BLMOVE",
    "BLMPOP",
    "BLPOP",
    "BRPOP",
    "BRPOPLPUSH",
    "BZMPOP",
    "BZPOPMAX",
    "BZPOPMIN",
    "CLIENT",
    "CLUSTER",
    "CONFIG",
    "DEBUG",
    "DISCARD",
    "EXEC",
    "FAILOVER",
    "HELLO",
    "MIGRATE",
    "MODULE",
    "MONITOR",
    "MULTI",
    "PSUBSCRIBE",
    "PSYNC",
    "REPLICAOF",
    "RESET",
    "SAVE",
    "SHUTDOWN",
    "SLAVEOF",
    "SUBSCRIBE",
    "SWAPDB",
    "SYNC",
    "UNWATCH",
];

/// The result of a command, or the error message of Redis.
pub(super) type Result = std::result::Result<Json, String>;

/// A bearer who has logged in.
pub(super) struct Session<'a> {
    pub(super) database: &'a Database,
    login: Login,
}

impl<'a> Session<'a> {
    /// Logs a bearer in to the Redis of a database.
    pub(super) async fn open(database: &'a Database, bearer: &Bearer) -> std::result::Result<Self, NoLogin> {
        let login = database.node.log_in(&bearer.username, &bearer.password).await?;
        Ok(Self { database, login })
    }

    /// Runs one command.
    pub(super) async fn run(&mut self, command: &[String]) -> Result {
        let Some((name, arguments)) = command.split_first() else {
            return Err("ERR empty command".to_owned());
        };
        let name = name.to_ascii_uppercase();
        if UNAVAILABLE.contains(&name.as_str()) {
            return Err(format!(
                "ERR Command is not available: '{name}'. See https://upstash.com/docs/redis/overall/rediscompatibility"
            ));
        }
        if name == "ACL" {
            if self.database.plan() == Plan::Free {
                return Err("ERR ACL is not available in the free tier".to_owned());
            }
            return acl::run(self, arguments).await;
        }
        self.ask(cmd(&name).arg(arguments)).await
    }

    /// Runs a command on Redis as the bearer.
    pub(super) async fn ask(&mut self, command: &redis::Cmd) -> Result {
        self.login.run(command).await.and_then(to_json)
    }

    /// Runs a command on Redis as the administrator.
    pub(super) async fn ask_as_administrator(&self, command: &redis::Cmd) -> Result {
        self.database.node.administer(command).await.and_then(to_json)
    }
}

/// Converts a value to the JSON of the REST API.
fn to_json(value: Value) -> Result {
    Ok(match value {
        Value::Nil => Json::Null,
        Value::Int(number) => json!(number),
        Value::BulkString(bytes) => json!(String::from_utf8_lossy(&bytes)),
        Value::SimpleString(text) => json!(text),
        Value::Okay => json!("OK"),
        Value::Array(list) | Value::Set(list) => {
            Json::Array(list.into_iter().map(to_json).collect::<std::result::Result<_, _>>()?)
        }
        Value::ServerError(error) => return Err(format!("{} {}", error.code(), error.details().unwrap_or_default())),
        other => return Err(format!("ERR the sandbox cannot convert {} to JSON", kind(&other))),
    })
}

/// The type of a value, for an error message.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Map(_) => "a map",
        Value::Double(_) => "a double",
        Value::Boolean(_) => "a boolean",
        _ => "this value",
    }
}
