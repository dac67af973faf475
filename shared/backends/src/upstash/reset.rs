//! The token of an Upstash database, which a password reset replaces.

use cloud::Clients;
use policy::{
    Failure,
    login::{Answer, NodeState},
    rotation::Step,
    secret::Known,
    target::{Database, Reset},
};
use secrecy::SecretString;

use super::{
    api::{Api, Description},
    database,
};
use crate::{capability::Capability, located::Located, login::DEFAULT_USER, observed::Observed};

/// The database of one target, and the clients to reach it.
#[derive(Clone, Copy, Debug)]
pub struct UpstashReset<'a> {
    clients: &'a Clients,
    database: &'a Database,
    reset: &'a Reset,
}

impl<'a> UpstashReset<'a> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`upstash`, by `reset`",
        credential: "REST token of a database",
        logs_in: "the REST API",
        overlap: "no: clients are refused until they read the secret again",
        retired: "the reset itself",
    };

    /// The steps that need AWSPREVIOUS.
    pub(crate) const NEEDS_PREVIOUS: &'static [Step] = &[Step::Set];

    /// The database that the settings name.
    pub fn new(clients: &'a Clients, database: &'a Database, reset: &'a Reset) -> Self {
        Self { clients, database, reset }
    }

    /// The user that logs in with the credential.
    pub fn username(&self) -> &'static str {
        DEFAULT_USER
    }

    /// The name that the database is known by.
    pub fn host(&self) -> &'a str {
        &self.database.endpoint
    }

    /// Asks the database whether it accepts a token.
    ///
    /// A refusal is an answer.
    ///
    /// # Errors
    /// Why there is no answer: the database cannot be reached, or does not serve clients now.
    pub async fn log_in(&self, token: &SecretString) -> Result<Answer, NodeState> {
        database::log_in(self.clients, self.database, token).await
    }

    /// The Developer API, with the key that the settings name.
    ///
    /// # Errors
    /// Those of [`Api::load`].
    pub async fn api(&self) -> Result<Api<'a>, Failure> {
        Api::load(self.clients, self.reset).await
    }

    /// Reads the database's own token; `None` if the service hides it.
    ///
    /// # Errors
    /// Those of [`Api::load`] and [`Api::describe`]; Permanent too if the id and the endpoint of the settings are those
    /// of different databases.
    pub async fn own_token(&self) -> Result<Option<SecretString>, Failure> {
        let Description { endpoint, rest_token } = self.api().await?.describe().await?;
        if let Some(endpoint) = endpoint
            && !endpoint.eq_ignore_ascii_case(&self.database.endpoint)
        {
            return Err(Failure::permanent(format!(
                "the database {} is at {endpoint}, and the settings say {}",
                self.reset.database_id, self.database.endpoint
            ))
            .with_next_step("Correct `backend.renewal.database_id` or `backend.endpoint`"));
        }
        Ok(rest_token)
    }

    /// Logs in with each token.
    ///
    /// # Errors
    /// None: the result says if a database gave no answer.
    pub(crate) async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        Ok(database::observe(self.clients, self.database, self.username(), known).await)
    }

    /// Returns the URL of the REST API.
    pub(crate) fn endpoints(&self) -> Located {
        database::endpoints(self.database, self.username())
    }
}
