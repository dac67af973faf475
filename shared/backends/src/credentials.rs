//! What can be done with the credential of a target: a closed set of kinds, each with the verbs that it has.

use cloud::CallError;
use policy::{Failure, login::FailedLogin, secret::Known};
use secrecy::SecretString;

use crate::{
    elasticache_auth::ElasticacheAuth,
    elasticache_serverless::ElasticacheServerless,
    elasticache_user::ElasticacheUser,
    fargate::Fargate,
    self_hosted::SelfHosted,
    upstash::{UpstashAcl, UpstashReset},
};

/// The credential of a target, by how it is renewed.
#[derive(Clone, Copy, Debug)]
pub enum Credentials<'a> {
    /// The old and the new credential are valid at the same time, until the old one is removed.
    Overlapping(Overlapping<'a>),
    /// Only one is valid at a time, and a reset replaces it.
    Replaced(UpstashReset<'a>),
}

/// A credential of which two can be valid at the same time.
#[derive(Clone, Copy, Debug)]
pub enum Overlapping<'a> {
    /// The AUTH token of a group. A group without a token accepts every client until access is closed.
    AuthToken(ElasticacheAuth<'a>),
    /// The password of a user that a service manages.
    User(User<'a>),
    /// The token of a user, which the server issues itself.
    Issued(UpstashAcl<'a>),
    /// The password of a user that is stored on each node.
    NodeByNode(NodeByNode<'a>),
}

/// A user that a service manages on every node.
#[derive(Clone, Copy, Debug)]
pub enum User<'a> {
    /// On every cache that its user groups are on.
    Elasticache(ElasticacheUser<'a>),
    /// On a Serverless cache.
    Serverless(ElasticacheServerless<'a>),
}

/// A user that is stored on each node, so that one node can lose what the others have.
#[derive(Clone, Copy, Debug)]
pub enum NodeByNode<'a> {
    /// In Fargate tasks.
    Fargate(Fargate<'a>),
    /// On your own hosts.
    SelfHosted(SelfHosted<'a>),
}

impl Overlapping<'_> {
    /// Makes the backend accept the pending credential beside the current one.
    ///
    /// # Errors
    /// Retryable if the backend is busy; Permanent, naming what lacks a right or is wrong. After an error whose effect
    /// is unknown, look.
    ///
    /// # Repeating
    /// Look first: a service may count it as another change.
    pub async fn add(&self, pending: &SecretString, known: Known<'_>) -> Result<(), CallError> {
        match self {
            Self::AuthToken(group) => group.add(pending).await,
            Self::User(User::Elasticache(user)) => user.add(pending, known.current).await,
            Self::User(User::Serverless(cache)) => cache.add(pending, known.current).await,
            Self::Issued(user) => user.add(pending, known.current).await,
            Self::NodeByNode(NodeByNode::Fargate(service)) => service.add(pending, known).await,
            Self::NodeByNode(NodeByNode::SelfHosted(hosts)) => hosts.add(pending, known).await,
        }
    }

    /// Makes the backend refuse the previous credential, and continue to accept the current one.
    ///
    /// # Errors
    /// Retryable if the backend is busy; Permanent, naming what lacks a right or is wrong. After an error whose effect
    /// is unknown, look.
    ///
    /// # Repeating
    /// Look first: a service may refuse to do it again.
    pub async fn remove(&self, previous: &SecretString, current: &SecretString) -> Result<(), CallError> {
        match self {
            Self::AuthToken(group) => group.remove(current).await,
            Self::User(User::Elasticache(user)) => user.remove(current).await,
            Self::User(User::Serverless(cache)) => cache.remove(current).await,
            Self::Issued(user) => user.remove(previous, current).await,
            Self::NodeByNode(NodeByNode::Fargate(service)) => service.remove(previous, current).await,
            Self::NodeByNode(NodeByNode::SelfHosted(hosts)) => hosts.remove(previous, current).await,
        }
    }
}

impl NodeByNode<'_> {
    /// Makes every node accept a credential beside what it has: one that the secret knows, and that a node has lost.
    ///
    /// # Errors
    /// Retryable if a node cannot be reached; Permanent, naming it, where its user may not change itself.
    ///
    /// # Repeating
    /// Leaves a node that accepts it as it is.
    pub async fn restore(&self, lost: &SecretString, known: Known<'_>) -> Result<(), CallError> {
        match self {
            Self::Fargate(service) => service.restore(lost, known).await,
            Self::SelfHosted(hosts) => hosts.restore(lost, known).await,
        }
    }

    /// Reads which logins the nodes have refused, except our own.
    ///
    /// # Errors
    /// Retryable if a node does not answer; Permanent if its log may not be read.
    pub async fn failed_logins(&self, current: &SecretString) -> Result<Vec<FailedLogin>, Failure> {
        match self {
            Self::Fargate(service) => service.failed_logins(current).await,
            Self::SelfHosted(hosts) => hosts.failed_logins(current).await,
        }
    }
}
