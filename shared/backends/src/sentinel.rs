//! What Sentinels log in to the nodes with.

use cloud::CallError;
use policy::{Class, Failure, target::Sentinel};
use secrecy::SecretString;

use crate::{
    dial::Address,
    nodes::try_each,
    session::{Command, Session, describe},
};

/// How much of its id a Sentinel puts into the names of its connections: `sentinel-<these>-cmd` and `-pubsub`.
/// <https://github.com/redis/redis/blob/7.0/src/sentinel.c> (`sentinelSetClientName`)
const ID_IN_NAME: usize = 8;

/// A connection that a Sentinel holds to a node.
#[derive(Clone)]
pub(crate) struct Link {
    /// Its name, which begins with that of the Sentinel.
    name: String,
    /// The user that it is logged in as.
    user: String,
}

/// The connections of Sentinels to a node; none if the user may not list them.
///
/// A Sentinel subscribes to a channel of every node, so these are among the clients that do.
pub(crate) async fn links(session: &mut Session) -> Result<Vec<Link>, CallError> {
    let list = Command::new("CLIENT LIST").arg("TYPE").arg("pubsub");
    match session.run::<String>(list).await {
        Ok(clients) => Ok(clients.lines().filter_map(link).collect()),
        Err(error) if error.is("NOPERM") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Makes every Sentinel that logs in to the nodes as this user use this credential. Each stores it in its own configuration
/// file.
///
/// A Sentinel that logs in as another user, by its links to the nodes, is not changed. A Sentinel without a link gets the
/// credential: it may have lost the link because it has an old one.
///
/// # Errors
/// Retryable if one cannot be reached; Permanent if it does not monitor the primary, or requires a password of its own.
///
/// # Repeating
/// Sets it again, and the Sentinel opens its connections to the nodes anew.
pub(crate) async fn log_in_with(
    sentinel: &Sentinel,
    tls: bool,
    username: &str,
    credential: &SecretString,
    links: &[Link],
) -> Result<(), CallError> {
    let told = sentinel.nodes.iter().map(|node| async move {
        let name = format!("{}:{}", node.host, node.port);
        let address = Address { host: &node.host, port: node.port, tls };
        let mut session = Session::open(&name, address).await.map_err(|error| {
            CallError::untouched(Failure::retryable(format!(
                "the Sentinel {name} cannot be reached: {}",
                describe(&error)
            )))
        })?;
        if logs_in_as_another(&mut session, username, links).await? {
            return Ok(());
        }
        let set = Command::new("SENTINEL SET").arg(&sentinel.master_name).arg("auth-pass").secret("", credential);
        session.run::<()>(set).await.map_err(|error| explained(&name, error))
    });
    try_each(told).await.map(drop)
}

/// Whether a Sentinel has links to the nodes, none of them as this user.
async fn logs_in_as_another(session: &mut Session, username: &str, links: &[Link]) -> Result<bool, CallError> {
    let id: String = match session.run(Command::new("SENTINEL MYID")).await {
        Ok(id) => id,
        // Before Redis 6.2 it does not say. If it requires a password, so does the command that sets the credential.
        Err(error) if error.failure.class() == Class::Permanent => return Ok(false),
        Err(error) => return Err(error),
    };
    let Some(id) = id.get(..ID_IN_NAME) else { return Ok(false) };
    let name = format!("sentinel-{id}-");
    let mut users = links.iter().filter(|link| link.name.starts_with(&name)).map(|link| &link.user).peekable();
    Ok(users.peek().is_some() && users.all(|user| user != username))
}

/// The error of a Sentinel that has refused to be told.
fn explained(name: &str, error: CallError) -> CallError {
    match error.is("NOAUTH") {
        true => CallError {
            failure: Failure::permanent(format!(
                "the Sentinel {name} requires a password of its own, which the target does not have"
            ))
            .with_next_step("Configure the Sentinel to accept commands without a password"),
            ..error
        },
        false => error,
    }
}

/// What a line of `CLIENT LIST` says about a link. Neither names of connections nor names of users contain spaces.
fn link(line: &str) -> Option<Link> {
    let field = |key: &str| line.split(' ').find_map(|field| field.strip_prefix(key)).map(str::to_owned);
    let (name, user) = (field("name=")?, field("user=")?);
    name.starts_with("sentinel-").then_some(Link { name, user })
}
