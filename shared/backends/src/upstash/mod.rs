//! A database of Upstash, over its REST API.
//!
//! # Layout
//! - [`Upstash`]: the database of a target
//! - `rest`: commands, with a token
//! - `acl`: the tokens of an ACL user
//! - [`Api`]: the Developer API, which resets the password of a database
//! - `http`: one request and its answer

mod acl;
mod api;
mod http;
mod rest;

use cloud::{CallError, Clients, Effect};
use policy::{
    Failure,
    connection::Endpoints as Places,
    login::{Answer, Node, NodeState},
    rotation::{GroupState, Room, Server, Step, Upkeep},
    target::{Database, Renewal},
};
use secrecy::SecretString;

pub use api::{Api, Description};

use crate::{Capability, Credentials, Endpoints, Known, Located, Observed};
use acl::Acl;
use rest::Rest;

/// What can be done for a database by resets of its password.
pub(crate) const RESET: Capability = Capability {
    flavour: "`upstash`, by `reset`",
    credential: "REST token of a database",
    logs_in: "the REST API",
    overlap: "no: clients are refused until they read the secret again",
    retired: "the reset itself",
};

/// The database of one target, and the clients to reach it.
#[derive(Clone, Copy, Debug)]
pub struct Upstash<'a> {
    clients: &'a Clients,
    database: &'a Database,
}

impl<'a> Upstash<'a> {
    /// The database that the settings name.
    pub fn new(clients: &'a Clients, database: &'a Database) -> Self {
        Self { clients, database }
    }

    /// The user that logs in with the credential.
    pub fn username(&self) -> &'a str {
        match &self.database.renewal {
            Renewal::Reset(_) => "default",
            Renewal::Acl(user) => &user.username,
        }
    }

    /// Asks the database whether it accepts a token.
    ///
    /// A refusal is an answer.
    ///
    /// # Errors
    /// Why there is no answer: the database cannot be reached, or serves nobody for now.
    pub async fn log_in(&self, token: &SecretString) -> Result<Answer, NodeState> {
        Rest::new(self.database).log_in(token).await
    }

    async fn ask(&self, known: Known<'_>) -> Result<NodeState, NodeState> {
        let pending = match known.pending {
            Some(token) => Some(self.log_in(token).await?),
            None => None,
        };
        let current = self.log_in(known.current).await?;
        let previous = match known.previous {
            Some(token) => Some(self.log_in(token).await?),
            None => None,
        };
        Ok(NodeState::Asked { open: false, pending, current, previous })
    }

    /// The ACL user whose tokens are rotated.
    fn acl(&self) -> Result<Acl<'a>, CallError> {
        match &self.database.renewal {
            Renewal::Acl(user) => Ok(Acl::new(self.clients, self.database, user)),
            Renewal::Reset(_) => Err(refused(Failure::permanent(
                "a database that is renewed by `reset` has one token at a time, which Upstash picks; nothing was touched",
            ))),
        }
    }
}

impl Upstash<'_> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`upstash`, by `acl`",
        credential: "REST token of an ACL user",
        logs_in: "the REST API",
        overlap: "yes, by ACL",
        retired: "ACL",
    };
}

impl Credentials for Upstash<'_> {
    /// A user has as many tokens as it is given.
    const NEEDS_PREVIOUS: &'static [Step] = &[Step::Set];

    /// Has Upstash make a token for the user; it takes no other (`ACL GENTOKEN`).
    ///
    /// # Errors
    /// Permanent where the user is not there or is off, or the database lets nobody run ACL commands: nothing has been
    /// changed.
    async fn generate(&self) -> Result<Option<SecretString>, Failure> {
        Ok(Some(self.acl()?.generate().await?))
    }

    /// Logs in with each token. Nothing else says which are live.
    ///
    /// # Errors
    /// None: a database that gives no answer is in what was seen.
    async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        let state = self.ask(known).await.unwrap_or_else(|no_answer| no_answer);
        let server = Server {
            nodes: vec![Node { id: self.database.endpoint.clone(), state }],
            group: GroupState::Available,
            change_asked: false,
            token_set_since_pending: false,
            room: Room::Unlimited,
            // An ACL change is persisted and on all replicas before its command returns.
            // <https://upstash.com/blog/redis-6>
            upkeep: Upkeep::Service,
        };
        let hosts = vec![self.database.endpoint.clone()];
        Ok(Observed { server, username: self.username().to_owned(), hosts })
    }

    /// Gives the user the pending token beside those that it has (`ACL SETUSER`).
    ///
    /// # Errors
    /// Permanent where the user is not there or is off, or ACL commands are refused; `NeedsHuman` where AWSCURRENT is the
    /// token of another user.
    ///
    /// # Repeating
    /// Changes nothing.
    async fn add(&self, pending: &SecretString, known: Known<'_>) -> Result<(), CallError> {
        self.acl()?.add(pending, known.current).await
    }

    /// Takes the previous token from the user (`ACL SETUSER`).
    ///
    /// # Errors
    /// Permanent where ACL commands are refused; `NeedsHuman` where AWSCURRENT is the token of another user.
    ///
    /// # Repeating
    /// Changes nothing.
    async fn remove(&self, previous: &SecretString, current: &SecretString) -> Result<(), CallError> {
        self.acl()?.remove(previous, current).await
    }
}

/// The error of a call that had no effect.
fn refused(failure: Failure) -> CallError {
    CallError { failure, code: None, effect: Effect::None }
}

impl Endpoints for Upstash<'_> {
    /// Names the REST API. The Redis endpoint beside it takes another credential than a REST token, which the secret does not
    /// hold.
    ///
    /// # Errors
    /// None.
    async fn locate(&self, _current: &SecretString) -> Result<Located, Failure> {
        let places = Places { rest_url: Some(self.database.url()), ..Places::default() };
        Ok(Located::of(places, self.username()))
    }
}
