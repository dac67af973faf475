//! One connection to one node, and what a refusal of it means.

use cloud::{CallError, Effect};
use policy::Failure;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisConnectionInfo, RedisError, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};

use crate::dial::{Address, Connection, dial};

/// A connection to a node, which has a name in messages.
pub(crate) struct Session {
    /// The node, as messages name it.
    pub(crate) node: String,
    connection: Connection,
}

/// A command with the name that messages give it: they never show its arguments.
pub(crate) struct Command {
    name: &'static str,
    cmd: Cmd,
}

impl Command {
    /// A command of one word or two.
    pub(crate) fn new(name: &'static str) -> Self {
        let mut cmd = Cmd::new();
        for word in name.split(' ') {
            cmd.arg(word);
        }
        Self { name, cmd }
    }

    /// The same command with one more argument.
    pub(crate) fn arg(mut self, argument: &str) -> Self {
        self.cmd.arg(argument);
        self
    }

    /// The same command with one more argument: a credential with this before it.
    pub(crate) fn secret(self, prefix: &str, credential: &SecretString) -> Self {
        self.arg(&format!("{prefix}{}", credential.expose_secret()))
    }
}

impl Session {
    /// Connects, and logs in with nothing.
    pub(crate) async fn open(node: &str, address: Address<'_>) -> Result<Self, RedisError> {
        Ok(Self { node: node.to_owned(), connection: dial(address, &RedisConnectionInfo::default()).await? })
    }

    /// The connection, for answers that are no errors.
    pub(crate) fn connection(&mut self) -> &mut MultiplexedConnection {
        &mut self.connection.redis
    }

    /// Carries out one command.
    pub(crate) async fn run<T: FromRedisValue>(&mut self, command: Command) -> Result<T, CallError> {
        let Command { name, cmd } = command;
        cmd.query_async(&mut self.connection.redis).await.map_err(|error| failed(&self.node, name, &error))
    }

    /// Runs all of these in one transaction: if the connection is lost, either all of them took effect or none.
    ///
    /// A command that fails does not undo those before it.
    pub(crate) async fn run_together(&mut self, commands: Vec<Command>) -> Result<(), CallError> {
        let mut pipe = redis::pipe();
        pipe.atomic();
        let mut names = Vec::with_capacity(commands.len());
        for Command { name, cmd } in commands {
            names.push(name);
            pipe.add_command(cmd);
        }
        let Err(error) = pipe.exec_async(&mut self.connection.redis).await else { return Ok(()) };
        Err(match error.clone().into_server_errors() {
            Some(errors) if !errors.is_empty() => {
                let (nth, error) = &errors[0];
                let name = names.get(*nth).copied().unwrap_or("MULTI");
                refused(&self.node, name, error.code(), error.details())
            }
            _ if error.kind() == ErrorKind::UnexpectedReturnType => self.why_discarded().await,
            _ => failed(&self.node, "EXEC", &error),
        })
    }

    /// Why EXEC was answered with an error of its own, which the client library does not pass on. Asked again without MULTI, a
    /// node that allows EXEC says so. Then what the node was doing is the reason: each command had been queued.
    async fn why_discarded(&mut self) -> CallError {
        match redis::cmd("EXEC").query_async::<()>(&mut self.connection.redis).await {
            Err(error)
                if error.code() == Some("NOPERM") || error.detail().is_some_and(|text| text.starts_with("unknown")) =>
            {
                refused(&self.node, "EXEC", &code(&error), error.detail())
            }
            _ => CallError::untouched(Failure::retryable(format!(
                "the node {} discarded a transaction without effect",
                self.node
            ))),
        }
    }

    /// Reads a setting; empty if it is not set.
    pub(crate) async fn setting(&mut self, name: &str) -> Result<String, CallError> {
        let answer: Vec<String> = self.run(Command::new("CONFIG GET").arg(name)).await?;
        Ok(answer.into_iter().nth(1).unwrap_or_default())
    }
}

/// The error of a command that may have been sent.
pub(crate) fn failed(node: &str, name: &str, error: &RedisError) -> CallError {
    if is_connection_trouble(error) {
        let why = describe(error);
        let failure = Failure::retryable(format!("the node {node} did not answer `{name}`: {why}"));
        return CallError { failure, code: None, effect: Effect::Unknown };
    }
    refused(node, name, &code(error), error.detail())
}

/// The error of a command that the node has refused.
///
/// - not now (loading, busy, full) ⇒ Retryable
/// - not allowed, or anything else ⇒ Permanent
///
/// What the node says beside its code is not kept: it may repeat the arguments.
pub(crate) fn refused(node: &str, name: &str, code: &str, detail: Option<&str>) -> CallError {
    let failure = if means_not_now(code, detail) {
        Failure::retryable(format!("the node {node} does not accept `{name}` now ({code})"))
    } else if code == "NOPERM" {
        let right = name.to_lowercase().replace(' ', "|");
        Failure::permanent(format!("the node {node} does not allow `{name}`"))
            .with_next_step(format!("Give the user of AWSCURRENT the right `+{right}` (see `ACL SETUSER`)"))
    } else {
        Failure::permanent(format!("the node {node} has refused `{name}` ({code})")).with_next_step(next_step(name))
    };
    CallError { failure, code: Some(code.to_owned()), effect: Effect::None }
}

/// What to do about a command that a node has refused.
fn next_step(name: &str) -> &'static str {
    match name {
        "CONFIG REWRITE" => {
            "Give the node write access to its configuration file and to the folder of that file, or use an ACL file"
        }
        "ACL SAVE" => "Give the node write access to its ACL file and to the folder of that file",
        "REPLCONF rdb-only" => {
            "Upgrade the node to Redis 6.2 or later, or remove `snapshots` from the target's settings"
        }
        "SENTINEL SET" => {
            "Correct `backend.sentinel.master_name`, and give the Sentinel write access to its configuration file and \
             to the folder of that file"
        }
        _ => "Check whether the node has that command, under that name",
    }
}

/// Whether the node runs, but does not serve clients now.
pub(crate) fn is_not_ready(error: &RedisError) -> bool {
    error.code().is_some_and(|code| means_not_now(code, error.detail()))
}

/// <https://redis.io/docs/latest/develop/reference/protocol-spec/>, and the texts of `server.c`.
fn means_not_now(code: &str, detail: Option<&str>) -> bool {
    let full = code == "ERR" && detail.is_some_and(|text| text.starts_with("max number of clients"));
    full || matches!(
        code,
        "LOADING" | "BUSY" | "MASTERDOWN" | "NOMASTERLINK" | "CLUSTERDOWN" | "MISCONF" | "TRYAGAIN" | "READONLY"
    )
}

/// Whether it is the connection that failed, not the node that refused.
pub(crate) fn is_connection_trouble(error: &RedisError) -> bool {
    error.is_io_error() || error.is_connection_dropped() || error.is_timeout() || error.kind() == ErrorKind::Io
}

/// What the node's answer begins with.
pub(crate) fn code(error: &RedisError) -> String {
    error.code().unwrap_or("no reason given").to_owned()
}

/// What went wrong, without any text that could contain a credential: for an answer of the server only its code, for the
/// connection the text of the error.
pub(crate) fn describe(error: &RedisError) -> String {
    if error.is_timeout() {
        "no answer within 2 s".to_owned()
    } else if is_connection_trouble(error) {
        error.to_string()
    } else {
        code(error)
    }
}

#[cfg(test)]
mod tests {
    use policy::Class;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[test]
    fn each_refusal_has_its_class_and_nothing_of_what_the_node_said() {
        for (code, detail, class) in [
            ("BUSY", "a script hunter2 runs".to_owned(), Class::Retryable),
            ("ERR", "max number of clients reached".to_owned(), Class::Retryable),
            ("NOPERM", "no right to hunter2".to_owned(), Class::Permanent),
            ("ERR", "BUSY hunter2".to_owned(), Class::Permanent),
        ] {
            let error = refused("redis-1:6379", "CONFIG REWRITE", code, Some(&detail));
            assert_eq!(error.failure.class(), class, "{code} {detail}");
            assert!(!error.failure.chain().contains("hunter2"), "{code}");
        }
    }

    /// Runs a transaction of one command on a node that answers it so, after it has taken our connection.
    async fn transaction(answers: &'static str) -> CallError {
        transaction_and_then(answers, "-ERR EXEC without MULTI\r\n").await
    }

    /// The same on a node that answers another EXEC so.
    async fn transaction_and_then(answers: &'static str, second: &'static str) -> CallError {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let node = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            while !heard.windows(4).any(|bytes| bytes == b"EXEC") {
                let mut some = [0; 1024];
                let count = stream.read(&mut some).await.unwrap();
                let begins = heard.is_empty() && !some.starts_with(b"*1\r\n$5\r\nMULTI");
                heard.extend_from_slice(&some[..count]);
                if begins {
                    stream.write_all(b"+OK\r\n+OK\r\n").await.unwrap();
                }
            }
            stream.write_all(answers.as_bytes()).await.unwrap();
            if stream.read_u8().await.is_ok() {
                stream.write_all(second.as_bytes()).await.unwrap();
                stream.read_u8().await.ok();
            }
        });
        let mut session = Session::open("redis-1", Address { host: "127.0.0.1", port, tls: false }).await.unwrap();
        let error = session.run_together(vec![Command::new("ACL SAVE")]).await.unwrap_err();
        drop(session);
        node.abort();
        error
    }

    #[tokio::test]
    async fn a_discarded_transaction_has_the_class_of_its_reason() {
        for (answers, class) in [
            ("+OK\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of: BUSY hunter2\r\n", Class::Retryable),
            (
                "+OK\r\n-BUSY hunter2\r\n-EXECABORT Transaction discarded because of previous errors.\r\n",
                Class::Retryable,
            ),
            (
                "+OK\r\n-NOPERM hunter2\r\n-EXECABORT Transaction discarded because of previous errors.\r\n",
                Class::Permanent,
            ),
            ("+OK\r\n+QUEUED\r\n*1\r\n-ERR hunter2\r\n", Class::Permanent),
        ] {
            let error = transaction(answers).await;
            assert_eq!((error.failure.class(), error.effect), (class, Effect::None), "{answers}");
            assert!(!error.failure.chain().contains("hunter2"), "{answers}");
        }
    }

    #[tokio::test]
    async fn a_user_who_may_not_run_exec_is_told_so() {
        const DENIED: &str = "-NOPERM hunter2\r\n";
        const UNKNOWN: &str = "-ERR unknown command 'EXEC', with args beginning with: hunter2\r\n";
        for (second, said) in [(DENIED, "does not allow `EXEC`"), (UNKNOWN, "has refused `EXEC` (ERR)")] {
            let error = transaction_and_then("+OK\r\n+QUEUED\r\n-NOPERM hunter2\r\n", second).await;
            assert_eq!((error.failure.class(), error.effect), (Class::Permanent, Effect::None), "{second}");
            assert!(error.failure.to_string().contains(said), "{}", error.failure);
        }
    }
}
