//! Commands that the bearer of a token runs.

use std::time::Duration;

use redis::{AsyncConnectionConfig, RedisError, Value, aio::MultiplexedConnection, cmd};
use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};

use super::{Database, Plan, acl, token::Bearer};

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

/// The timeout of the Redis behind a database. It is long because the machine may be busy.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The result of a command, or the error message of Redis.
pub(super) type Result = std::result::Result<Json, String>;

/// Why a bearer cannot log in.
#[derive(Debug)]
pub(super) enum NoLogin {
    /// The token is wrong.
    Refused,
    /// The database itself does not answer.
    Down,
}

/// A bearer who has logged in.
pub(super) struct Session<'a> {
    pub(super) database: &'a Database,
    pub(super) username: String,
    connection: MultiplexedConnection,
}

impl<'a> Session<'a> {
    /// Logs a bearer in to the Redis of a database.
    pub(super) async fn open(database: &'a Database, bearer: &Bearer) -> std::result::Result<Self, NoLogin> {
        let server = database.node.server().map_err(|_| NoLogin::Down)?;
        let url = format!("redis+unix://{}", server.admin.socket.display());
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(ANSWER_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN));
        let client = redis::Client::open(url).map_err(|_| NoLogin::Down)?;
        let connection = client.get_multiplexed_async_connection_with_config(&config).await;
        let mut connection = connection.map_err(|_| NoLogin::Down)?;
        let mut login = cmd("AUTH");
        login.arg(&bearer.username).arg(bearer.password.expose_secret());
        match login.query_async::<()>(&mut connection).await {
            Ok(()) => Ok(Self { database, username: bearer.username.clone(), connection }),
            Err(error) if error.code() == Some("WRONGPASS") => Err(NoLogin::Refused),
            Err(_) => Err(NoLogin::Down),
        }
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
        let answered: redis::RedisResult<Value> = command.query_async(&mut self.connection).await;
        answered.map_err(|error| worded(&error)).and_then(to_json)
    }

    /// Runs a command on Redis as the administrator.
    pub(super) async fn ask_as_administrator(&self, command: &redis::Cmd) -> Result {
        let server = self.database.node.server().map_err(|error| error.to_string())?;
        match server.admin.run::<Value>(command).await {
            Ok(value) => to_json(value),
            Err(error) => Err(match error.downcast_ref::<RedisError>() {
                Some(error) => worded(error),
                None => "ERR the database does not answer".to_owned(),
            }),
        }
    }
}

/// The error message of Redis.
fn worded(error: &RedisError) -> String {
    format!("{} {}", error.code().unwrap_or("ERR"), error.detail().unwrap_or("the command failed")).trim().to_owned()
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
