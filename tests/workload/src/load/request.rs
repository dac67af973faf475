//! What a client requests, and whether the answer is correct.

use redis::{Value, aio::MultiplexedConnection, cmd};

use super::command_error::CommandError;

/// A request, with the only correct answer.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// `GET` of a key that has had this value on every node since before the load started, so replication lag cannot make
    /// the answer wrong.
    Read { key: String, value: String },
    /// `SET`, then `GET` on the same connection. A retry repeats both, so a write lost in a failover is not an error.
    Write { key: String, value: String },
}

impl Request {
    /// Returns the number of its commands.
    pub(crate) fn commands(&self) -> u64 {
        match self {
            Self::Read { .. } => 1,
            Self::Write { .. } => 2,
        }
    }

    /// Sends it and checks the answer.
    pub(crate) async fn ask(&self, connection: &mut MultiplexedConnection) -> Result<(), CommandError> {
        let (Self::Read { key, value } | Self::Write { key, value }) = self;
        if let Self::Write { .. } = self {
            cmd("SET").arg(key).arg(value).query_async::<()>(connection).await.map_err(failed)?;
        }
        let answer: Option<String> = cmd("GET").arg(key).query_async(connection).await.map_err(failed)?;
        if answer.as_deref() == Some(value) {
            return Ok(());
        }
        Err(self.classify(connection, answer.is_none()).await)
    }

    /// Classifies a wrong answer: it is transient if the node has become a replica or is still copying its primary.
    async fn classify(&self, connection: &mut MultiplexedConnection, nothing: bool) -> CommandError {
        let role: Vec<Value> = match cmd("ROLE").query_async(connection).await {
            Ok(role) => role,
            Err(error) => return failed(error),
        };
        let text = |at: usize| role.get(at).and_then(|value| redis::from_redis_value_ref::<String>(value).ok());
        let replica = text(0).as_deref() == Some("slave");
        match self {
            Self::Write { .. } if replica => CommandError::Transient("the node has become a replica".to_owned()),
            Self::Read { .. } if replica && text(3).as_deref() != Some("connected") => {
                CommandError::Transient("the replica has not synced yet".to_owned())
            }
            _ if nothing => CommandError::Permanent("the value is missing".to_owned()),
            _ => CommandError::Permanent("the value is wrong".to_owned()),
        }
    }
}

fn failed(error: redis::RedisError) -> CommandError {
    CommandError::of_command(&error)
}
