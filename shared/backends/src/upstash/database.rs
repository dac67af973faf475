//! Logging in to a database whose token is renewed by ACL or by reset.

use cloud::Clients;
use policy::{
    connection::Endpoints,
    login::{Answer, Node, NodeState},
    secret::Known,
    server::{Capacity, GroupState, Propagation, Server},
    target::Database,
};
use secrecy::SecretString;

use super::rest::Rest;
use crate::{located::Located, observed::Observed};

/// Asks a database whether it accepts a token.
///
/// A refusal is an answer.
///
/// # Errors
/// Why there is no answer: the database cannot be reached, or does not serve clients now.
pub async fn log_in(clients: &Clients, database: &Database, token: &SecretString) -> Result<Answer, NodeState> {
    Rest::new(clients, database).log_in(token).await
}

/// Logs in with each token. Nothing else shows which are live.
pub(super) async fn observe(clients: &Clients, database: &Database, username: &str, known: Known<'_>) -> Observed {
    let state = ask(Rest::new(clients, database), known).await.unwrap_or_else(|no_answer| no_answer);
    let server = Server {
        nodes: vec![Node { id: database.endpoint.clone(), state }],
        group: GroupState::Available,
        change_asked: false,
        token_set_since_pending: false,
        capacity: Capacity::Unlimited,
        // An ACL change is persisted and on all replicas before its command returns.
        // <https://upstash.com/blog/redis-6>
        propagation: Propagation::Service,
    };
    Observed { server, username: username.to_owned(), hosts: vec![database.endpoint.clone()] }
}

async fn ask(rest: Rest<'_>, known: Known<'_>) -> Result<NodeState, NodeState> {
    let pending = match known.pending {
        Some(token) => Some(rest.log_in(token).await?),
        None => None,
    };
    let current = rest.log_in(known.current).await?;
    let previous = match known.previous {
        Some(token) => Some(rest.log_in(token).await?),
        None => None,
    };
    Ok(NodeState::Asked { open: false, pending, current, previous })
}

/// Returns the URL of the REST API. The Redis endpoint beside it takes another credential than a REST token, which the secret does not
/// contain.
pub(super) fn endpoints(database: &Database, username: &str) -> Located {
    Located::of(Endpoints { rest_url: Some(database.url()), ..Endpoints::default() }, username)
}
