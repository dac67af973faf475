//! Asking one node which credentials it accepts.

use cloud::{CallError, Effect};
use policy::{
    Failure,
    login::{Answer, NodeState},
    secret::Known,
};
use redis::{RedisError, aio::MultiplexedConnection};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    dial::Address,
    session::{Session, code, describe, failed, is_connection_trouble, is_not_ready},
};

/// The user that every Redis has, and whose password `requirepass` is.
pub(crate) const DEFAULT_USER: &str = "default";

/// The name of our connections once they are logged in. It distinguishes our refused logins from others in the log of a
/// node.
pub(crate) const CLIENT_NAME: &str = "redis-lifecycle";

/// An unusual spelling: the ACL log of a node groups entries by it too, so our logins do not hide a client's.
const AUTH: &str = "Auth";

/// What a node is asked.
#[derive(Clone, Copy, Debug)]
pub struct Questions<'a> {
    /// The user that logs in; `None` for a password alone (an AUTH token). Without one, and for the
    /// user `default`, the node is also asked whether it accepts clients without a credential. For another user, it is asked
    /// whether it accepts any password.
    pub username: Option<&'a str>,
    /// The credentials to log in with.
    pub known: Known<'a>,
}

/// Asks a node which of the credentials it accepts.
///
/// It is a login as clients do it: a connection of its own, AUTH, PING. A refusal is an answer; a node that is loading or
/// full, or does not answer within two seconds, has given none. What a node says to AUTH is never kept as text, since an
/// error can repeat the command's arguments.
pub async fn ask(address: Address<'_>, questions: Questions<'_>) -> NodeState {
    ask_and_stay("", address, questions).await.0
}

/// As [`ask`], and stays logged in if the node accepts one of the credentials.
pub(crate) async fn ask_and_stay(
    node: &str,
    address: Address<'_>,
    questions: Questions<'_>,
) -> (NodeState, Option<Session>) {
    let answered = async {
        let mut session = Session::open(node, address).await?;
        let state = answers(session.connection(), questions).await?;
        Ok((state, session))
    };
    match answered.await {
        Ok((state, session)) => {
            let stays = lets_us_in(&state);
            (state, stays.then_some(session))
        }
        Err(error) => (no_answer(&error), None),
    }
}

/// Logs in with the first of the credentials that the node accepts.
///
/// # Errors
/// Retryable if the node cannot be reached, or accepts none of them: it accepted one before, so the run looks again.
pub(crate) async fn enter(
    node: &str,
    address: Address<'_>,
    username: &str,
    credentials: &[&SecretString],
) -> Result<Session, CallError> {
    let untouched = |why: String| CallError::untouched(Failure::retryable(why));
    let mut session = Session::open(node, address)
        .await
        .map_err(|error| untouched(format!("the node {node} cannot be reached: {}", describe(&error))))?;
    for credential in credentials {
        if accepts(&mut session, username, credential).await? {
            introduce(session.connection()).await;
            return Ok(session);
        }
    }
    Err(untouched(format!("the node {node} accepts none of the known credentials; it is checked again")))
}

/// Whether a node accepts this credential. Where it does, the session is logged in with it.
pub(crate) async fn accepts(
    session: &mut Session,
    username: &str,
    credential: &SecretString,
) -> Result<bool, CallError> {
    let answer = log_in(session.connection(), Some(username), credential).await;
    // AUTH changes nothing, so that nothing came of it is sure.
    let answer = answer.map_err(|error| CallError { effect: Effect::None, ..failed(&session.node, "AUTH", &error) })?;
    Ok(answer == Answer::Accepted)
}

async fn answers(connection: &mut MultiplexedConnection, questions: Questions<'_>) -> Result<NodeState, RedisError> {
    let Questions { username, known } = questions;
    // Before any AUTH: a refused AUTH leaves a connection as it was, so PING afterwards says nothing of its own.
    // Of no interest for another user: its password is checked, whatever clients without a login may do.
    let of_default = matches!(username, None | Some(DEFAULT_USER));
    let lets_in_everybody = of_default && lets_in_with_nothing(connection).await?;
    // The current one first: it is the one that is most likely accepted, and only from then on the connection has a name.
    let current = log_in(connection, username, known.current).await?;
    if current == Answer::Accepted {
        introduce(connection).await;
    }
    // A user that refuses AWSCURRENT has a password. Asked only after it was accepted, this is a refusal with our name.
    let takes_any = !of_default
        && current == Answer::Accepted
        && log_in(connection, username, &of_nobody(known.current)).await? == Answer::Accepted;
    let open = lets_in_everybody || takes_any;
    let pending = match known.pending {
        Some(credential) => Some(log_in(connection, username, credential).await?),
        None => None,
    };
    let previous = match known.previous {
        Some(credential) => Some(log_in(connection, username, credential).await?),
        None => None,
    };
    Ok(NodeState::Asked { open, pending, current, previous })
}

/// A password that nobody has: only a user without a password (`nopass`) logs in with it.
fn of_nobody(current: &SecretString) -> SecretString {
    format!("{}-of-nobody", current.expose_secret()).into()
}

fn lets_us_in(state: &NodeState) -> bool {
    match state {
        NodeState::Asked { pending, current, previous, .. } => {
            [pending.as_ref(), Some(current), previous.as_ref()].contains(&Some(&Answer::Accepted))
        }
        NodeState::NotReady(_) | NodeState::Unreachable(_) => false,
    }
}

fn no_answer(error: &RedisError) -> NodeState {
    match is_not_ready(error) {
        true => NodeState::NotReady(code(error)),
        false => NodeState::Unreachable(describe(error)),
    }
}

/// Names the connection. On a node that does not permit this, our refused logins look like those of a client.
async fn introduce(connection: &mut MultiplexedConnection) {
    let _: Result<(), RedisError> = redis::cmd("CLIENT").arg("SETNAME").arg(CLIENT_NAME).query_async(connection).await;
}

async fn lets_in_with_nothing(connection: &mut MultiplexedConnection) -> Result<bool, RedisError> {
    match ping(connection).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some("NOAUTH") => Ok(false),
        Err(error) => Err(error),
    }
}

async fn ping(connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
    redis::cmd("PING").query_async(connection).await
}

async fn log_in(
    connection: &mut MultiplexedConnection,
    username: Option<&str>,
    credential: &SecretString,
) -> Result<Answer, RedisError> {
    let answer: Result<(), _> =
        redis::cmd(AUTH).arg(username).arg(credential.expose_secret()).query_async(connection).await;
    match answer {
        Ok(()) => match ping(connection).await {
            // A user without the right to PING is logged in too.
            Err(error) if error.code() != Some("NOPERM") => Err(error),
            _ => Ok(Answer::Accepted),
        },
        Err(error) if is_not_ready(&error) || is_connection_trouble(&error) => Err(error),
        // WRONGPASS, or ERR where the server has no password at all, or is older than Redis 6.
        Err(_) => Ok(Answer::Refused),
    }
}
