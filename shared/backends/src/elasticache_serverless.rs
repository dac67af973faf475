//! An ElastiCache Serverless cache, which has users only.

use cloud::{
    CallError, Clients,
    elasticache::{serverless, users},
};
use policy::{Failure, rotation::Step, secret::Known, target};
use secrecy::SecretString;

use crate::{
    capability::Capability,
    elasticache_user::ElasticacheUser,
    located::{Located, serverless_endpoints},
    observed::Observed,
};

/// The cache of one target, the user that logs in to it, and the clients to reach both.
///
/// The password is the user's, on every cache that it reaches; this one must be among them.
#[derive(Clone, Copy, Debug)]
pub struct ElasticacheServerless<'a> {
    clients: &'a Clients,
    cache: &'a str,
    user_id: &'a str,
    user: ElasticacheUser<'a>,
}

impl<'a> ElasticacheServerless<'a> {
    /// The cache and the user that the settings name.
    pub fn new(clients: &'a Clients, place: &'a target::ServerlessUser) -> Self {
        let target::ServerlessUser { serverless_cache_name: cache, user_id } = place;
        Self { clients, cache, user_id, user: ElasticacheUser::with_id(clients, user_id) }
    }
}

impl ElasticacheServerless<'_> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`elasticache-serverless`",
        credential: "password of a user of a Serverless cache",
        logs_in: "both endpoints, and every other cache that the user can access",
        overlap: "yes, by `ModifyUser`",
        retired: "`ModifyUser`",
    };
}

impl ElasticacheServerless<'_> {
    pub(crate) const NEEDS_PREVIOUS: &'static [Step] = ElasticacheUser::NEEDS_PREVIOUS;

    /// Describes the cache and the user, and logs in to every endpoint and node that the user reaches.
    ///
    /// # Errors
    /// Those of [`ElasticacheUser`]; Permanent too if the user does not reach the cache, or the cache does not exist.
    pub(crate) async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        let endpoints = serverless::endpoints(self.clients.elasticache(), self.cache).await?;
        let mut observed = self.user.observe(known).await?;
        if !endpoints.iter().all(|endpoint| observed.hosts.contains(&endpoint.host)) {
            return Err(Failure::permanent(format!(
                "the user {} is not on the serverless cache {}",
                self.user_id, self.cache
            ))
            .with_next_step(
                "Put the user into the user group of the cache, or correct `backend.serverless_cache_name`",
            ));
        }
        // A secret that names another cache of the same user is another target's.
        observed.hosts.retain(|host| endpoints.iter().any(|endpoint| endpoint.host == *host));
        Ok(observed)
    }

    /// Gives the user both passwords, and no other.
    ///
    /// # Errors
    /// Those of [`ElasticacheUser`].
    pub(crate) async fn add(&self, pending: &SecretString, current: &SecretString) -> Result<(), CallError> {
        self.user.add(pending, current).await
    }

    /// Gives the user the current password, and no other.
    ///
    /// # Errors
    /// Those of [`ElasticacheUser`].
    pub(crate) async fn remove(&self, current: &SecretString) -> Result<(), CallError> {
        self.user.remove(current).await
    }
}

impl ElasticacheServerless<'_> {
    /// Returns the cache's endpoint and its reader endpoint.
    ///
    /// # Errors
    /// Permanent if the cache or the user does not exist; Retryable if it has no endpoint yet.
    pub(crate) async fn endpoints(&self) -> Result<Located, Failure> {
        let client = self.clients.elasticache();
        let endpoints = serverless::endpoints(client, self.cache).await?;
        let user = users::describe(client, self.user_id).await?;
        Ok(Located::of(serverless_endpoints(&endpoints), &user.name))
    }
}
