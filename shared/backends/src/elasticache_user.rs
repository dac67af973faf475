//! An ElastiCache user with a password, on every cache that its user groups are on.

use cloud::{
    CallError, Clients,
    elasticache::{self, groups, serverless, users},
};
use futures::future::try_join_all;
use policy::{
    Failure,
    login::Node,
    rotation::Step,
    secret::Known,
    server::{Capacity, GroupState, Propagation, Server},
    target,
};
use secrecy::SecretString;

use crate::{
    capability::Capability,
    dial::Address,
    elasticache_auth,
    located::{Located, serverless_endpoints},
    login::{Questions, ask},
    nodes::each,
    observed::Observed,
};

/// How many passwords a user has at most.
///
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html>
const MOST_PASSWORDS: i32 = 2;

/// The user of one target, and the clients to reach it.
#[derive(Clone, Copy, Debug)]
pub struct ElasticacheUser<'a> {
    clients: &'a Clients,
    user_id: &'a str,
}

/// The caches that a user reaches: the names they are known by, and every node.
#[derive(Default)]
struct Caches {
    hosts: Vec<String>,
    nodes: Vec<elasticache::Node>,
}

impl<'a> ElasticacheUser<'a> {
    /// The user that the settings name.
    pub fn new(clients: &'a Clients, user: &'a target::User) -> Self {
        Self::with_id(clients, &user.user_id)
    }

    /// The user of this id.
    pub(crate) fn with_id(clients: &'a Clients, user_id: &'a str) -> Self {
        Self { clients, user_id }
    }

    async fn caches(&self, user: &users::User) -> Result<Caches, Failure> {
        let client = self.clients.elasticache();
        let reach = users::reach(client, &user.user_groups).await?;
        let groups = try_join_all(reach.groups.iter().map(|id| groups::describe(client, id))).await?;
        let serverless = try_join_all(reach.serverless_caches.iter().map(|name| serverless::endpoints(client, name)));
        let mut caches = Caches::default();
        for group in groups {
            caches.hosts.extend(group.endpoints);
            caches.nodes.extend(group.nodes);
        }
        caches.nodes.extend(serverless.await?.into_iter().flatten());
        caches.hosts.extend(caches.nodes.iter().map(|node| node.host.clone()));
        if caches.nodes.is_empty() {
            return Err(self.refused(
                "is on no cache, so no login can prove anything",
                "Put the user into the user group of a cache",
            ));
        }
        Ok(caches)
    }

    fn check(&self, user: &users::User) -> Result<(), Failure> {
        match (user.authentication.as_str(), user.status.as_str()) {
            (_, "deleting") => {
                Err(self.refused("is deleting, so there is nothing to rotate", "Name another user in the settings"))
            }
            ("password", _) => Ok(()),
            ("iam", _) => Err(self.refused(
                "logs in with IAM, so it has no password to rotate",
                "Give the user a password, or turn off the rotation of the secret and remove the target",
            )),
            (other, _) => Err(self.refused(
                &format!("has the authentication type {other:?}, so it has no password to rotate"),
                "Give the user the password in AWSCURRENT",
            )),
        }
    }

    fn refused(&self, why: &str, next_step: &str) -> Failure {
        Failure::permanent(format!("the user {} {why}", self.user_id)).with_next_step(next_step)
    }
}

impl ElasticacheUser<'_> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`elasticache-user`",
        credential: "password of a user (RBAC)",
        logs_in: "every node and endpoint that its user groups reach",
        overlap: "yes, by `ModifyUser`",
        retired: "`ModifyUser`",
    };
}

impl ElasticacheUser<'_> {
    /// A password that is not in the list is dropped, and ElastiCache does not show which passwords a user has.
    pub(crate) const NEEDS_PREVIOUS: &'static [Step] = &[Step::Set];

    /// Describes the user and logs in to every node of every cache that it reaches, all at once.
    ///
    /// # Errors
    /// Permanent if the user has no password (IAM, none at all, being deleted), reaches no cache, or may not be
    /// described.
    pub(crate) async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        let user = users::describe(self.clients.elasticache(), self.user_id).await?;
        self.check(&user)?;
        let caches = self.caches(&user).await?;
        let questions = Questions { username: Some(&user.name), known };
        let nodes = caches.nodes.iter().map(|node| async move {
            // A cache with users has TLS: ElastiCache takes no user group without.
            let address = Address { host: &node.host, port: node.port, tls: true };
            Node { id: node.id.clone(), state: ask(address, questions).await }
        });
        let server = Server {
            nodes: each(nodes).await,
            group: state(&user),
            change_asked: false,
            token_set_since_pending: false,
            capacity: capacity(&user),
            propagation: Propagation::Service,
        };
        Ok(Observed { server, username: user.name, hosts: caches.hosts })
    }

    /// Gives the user both passwords, and no other.
    ///
    /// # Errors
    /// Those of [`users::modify`].
    pub(crate) async fn add(&self, pending: &SecretString, current: &SecretString) -> Result<(), CallError> {
        users::modify(self.clients.elasticache(), self.user_id, &[pending, current]).await
    }

    /// Gives the user the current password, and no other.
    ///
    /// # Errors
    /// Those of [`users::modify`].
    pub(crate) async fn remove(&self, current: &SecretString) -> Result<(), CallError> {
        users::modify(self.clients.elasticache(), self.user_id, &[current]).await
    }
}

fn state(user: &users::User) -> GroupState {
    match user.status.as_str() {
        "active" => GroupState::Available,
        "modifying" => GroupState::ChangingToken,
        status => GroupState::Busy(status.to_owned()),
    }
}

/// A user that does not say how many passwords it has counts as full.
fn capacity(user: &users::User) -> Capacity {
    let full = user.password_count.is_none_or(|count| count >= MOST_PASSWORDS);
    if full { Capacity::Full } else { Capacity::Free }
}

impl ElasticacheUser<'_> {
    /// Names the endpoints of the one cache that the user reaches.
    ///
    /// # Errors
    /// Permanent if the user has no password, or reaches no cache or several: nobody can say which one clients are to be
    /// told.
    pub(crate) async fn endpoints(&self) -> Result<Located, Failure> {
        let client = self.clients.elasticache();
        let user = users::describe(client, self.user_id).await?;
        self.check(&user)?;
        let reach = users::reach(client, &user.user_groups).await?;
        let (groups, caches) = (Vec::from_iter(&reach.groups), Vec::from_iter(&reach.serverless_caches));
        let endpoints = match (groups.as_slice(), caches.as_slice()) {
            ([id], []) => elasticache_auth::endpoints(&groups::describe(client, id).await?, id)?,
            ([], [name]) => serverless_endpoints(&serverless::endpoints(client, name).await?),
            ([], []) => return Err(self.refused("is on no cache", "Put it into a cache's user group")),
            _ => {
                return Err(self.refused(
                    "is on several caches, so it is not known which one clients connect to",
                    "Give each cache a user of its own",
                ));
            }
        };
        Ok(Located::of(endpoints, &user.name))
    }
}
