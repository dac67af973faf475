//! A login to a node past its gate, as a service has it that runs commands for its clients.

use std::{fmt, time::Duration};

use redis::{AsyncConnectionConfig, Cmd, RedisError, Value, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};

use super::{body::Body, memory, node::Node, server::Server};

/// How long a server may take to answer. It is long because the machine may be busy.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The result of a command, or the error message of Redis.
pub(crate) type Answer = Result<Value, String>;

/// Why there is no login.
#[derive(Debug)]
pub(crate) enum NoLogin {
    /// The password is wrong.
    Refused,
    /// The node does not answer.
    Down,
}

/// A user who has logged in to a node.
pub(crate) enum Login {
    Process(MultiplexedConnection),
    Memory(memory::Login),
}

impl Node {
    /// Logs in to the node.
    pub(crate) async fn log_in(&self, username: &str, password: &SecretString) -> Result<Login, NoLogin> {
        match &self.body {
            Body::Process(server) => log_in(server, username, password).await.map(Login::Process),
            Body::Memory(redis) => {
                memory::Login::open(redis, username, password).map(Login::Memory).ok_or(NoLogin::Refused)
            }
        }
    }

    /// Runs one command as the administrator.
    pub(crate) async fn administer(&self, command: &Cmd) -> Answer {
        match &self.body {
            Body::Process(server) => {
                server.admin.run::<Value>(command).await.map_err(|error| match error.downcast_ref::<RedisError>() {
                    Some(error) => worded(error),
                    None => "ERR the node does not answer".to_owned(),
                })
            }
            Body::Memory(redis) => memory::administer(redis, command),
        }
    }
}

impl Login {
    /// Runs one command.
    pub(crate) async fn run(&mut self, command: &Cmd) -> Answer {
        match self {
            Self::Process(connection) => command.query_async(connection).await.map_err(|error| worded(&error)),
            Self::Memory(login) => login.run(command),
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

async fn log_in(server: &Server, username: &str, password: &SecretString) -> Result<MultiplexedConnection, NoLogin> {
    let url = format!("redis+unix://{}", server.admin.socket.display());
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(ANSWER_WITHIN))
        .set_response_timeout(Some(ANSWER_WITHIN));
    let client = redis::Client::open(url).map_err(|_| NoLogin::Down)?;
    let connection = client.get_multiplexed_async_connection_with_config(&config).await;
    let mut connection = connection.map_err(|_| NoLogin::Down)?;
    let mut login = redis::cmd("AUTH");
    login.arg(username).arg(password.expose_secret());
    match login.query_async::<()>(&mut connection).await {
        Ok(()) => Ok(connection),
        Err(error) if error.code() == Some("WRONGPASS") => Err(NoLogin::Refused),
        Err(_) => Err(NoLogin::Down),
    }
}

/// The error message of Redis.
fn worded(error: &RedisError) -> String {
    format!("{} {}", error.code().unwrap_or("ERR"), error.detail().unwrap_or("the command failed")).trim().to_owned()
}
