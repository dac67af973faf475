//! What a client asks, and whether the answer is right.

use redis::{Value, aio::MultiplexedConnection, cmd};

use super::trouble::Trouble;

/// Something to ask, with the one right answer.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    /// `GET` of a key that holds this value on every node of its shard since before the load began: no replication gap
    /// can make the answer wrong.
    Read { key: String, value: String },
    /// `SET`, then `GET` on the same connection. Repeated as a whole, so a write lost in a failover is no false alarm.
    Write { key: String, value: String },
}

impl Job {
    /// How many commands it takes.
    pub(crate) fn commands(&self) -> u64 {
        match self {
            Self::Read { .. } => 1,
            Self::Write { .. } => 2,
        }
    }

    /// Asks, and checks the answer.
    pub(crate) async fn ask(&self, connection: &mut MultiplexedConnection) -> Result<(), Trouble> {
        let (Self::Read { key, value } | Self::Write { key, value }) = self;
        if let Self::Write { .. } = self {
            cmd("SET").arg(key).arg(value).query_async::<()>(connection).await.map_err(failed)?;
        }
        let answer: Option<String> = cmd("GET").arg(key).query_async(connection).await.map_err(failed)?;
        if answer.as_deref() == Some(value) {
            return Ok(());
        }
        Err(self.doubt(connection, answer.is_none()).await)
    }

    /// Asks why an answer is wrong: a node that is being made a replica, or is still copying its primary, comes right.
    async fn doubt(&self, connection: &mut MultiplexedConnection, nothing: bool) -> Trouble {
        let role: Vec<Value> = match cmd("ROLE").query_async(connection).await {
            Ok(role) => role,
            Err(error) => return failed(error),
        };
        let text = |at: usize| role.get(at).and_then(|value| redis::from_redis_value_ref::<String>(value).ok());
        let replica = text(0).as_deref() == Some("slave");
        match self {
            Self::Write { .. } if replica => Trouble::Passing("the node is a replica by now".to_owned()),
            Self::Read { .. } if replica && text(3).as_deref() != Some("connected") => {
                Trouble::Passing("the replica has no copy yet".to_owned())
            }
            _ if nothing => Trouble::Wrong("answered nothing where a value is".to_owned()),
            _ => Trouble::Wrong("answered another value".to_owned()),
        }
    }
}

fn failed(error: redis::RedisError) -> Trouble {
    Trouble::of_command(&error)
}
