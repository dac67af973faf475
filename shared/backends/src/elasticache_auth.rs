//! An ElastiCache replication group with TLS and an AUTH token.

use cloud::{
    CallError, Clients,
    elasticache::{self, Group, TokenChange},
    secrets_manager::Version,
};
use futures::future::join_all;
use policy::{
    Failure,
    login::Node,
    rotation::{GroupState, Server},
    target::ReplicationGroup,
};
use secrecy::SecretString;

use crate::login::{Address, ask};

/// The group of one target, and the clients to reach it.
#[derive(Clone, Copy, Debug)]
pub struct ElasticacheAuth<'a> {
    clients: &'a Clients,
    group_id: &'a str,
}

/// What was seen of the group.
#[derive(Clone, Debug)]
pub struct Observed {
    /// What the policy looks at.
    pub server: Server,
    /// The names that the group is known by: its endpoints and its nodes.
    pub hosts: Vec<String>,
}

impl<'a> ElasticacheAuth<'a> {
    /// The group that the settings name.
    pub fn new(clients: &'a Clients, group: &'a ReplicationGroup) -> Self {
        Self { clients, group_id: &group.replication_group_id }
    }

    /// Describes the group and logs in to every node of every shard, all at once.
    ///
    /// `pending` and `current` are credentials; `version` is the version that the pending one is kept in.
    ///
    /// # Errors
    /// Permanent where the group cannot have an AUTH token (no TLS, RBAC instead, being deleted) or may not be
    /// described. A node that gives no answer is no error: it is in what was seen.
    pub async fn observe(
        &self,
        pending: Option<&SecretString>,
        current: &SecretString,
        version: Option<&Version>,
    ) -> Result<Observed, Failure> {
        let group = elasticache::describe(&self.clients.elasticache, self.group_id).await?;
        self.check(&group)?;
        let nodes = group.nodes.iter().map(|node| async {
            let address = Address { host: &node.host, port: node.port, tls: group.tls };
            Node { id: node.id.clone(), state: ask(address, pending, current).await }
        });
        let server = Server {
            nodes: join_all(nodes).await,
            group: state(&group),
            change_asked: false,
            token_set_since_pending: token_set_since(&group, version),
        };
        let hosts = group.endpoints.into_iter().chain(group.nodes.into_iter().map(|node| node.host)).collect();
        Ok(Observed { server, hosts })
    }

    /// Makes the group accept a token beside the newest it has (ROTATE).
    ///
    /// # Errors
    /// As [`elasticache::change_token`] has them.
    ///
    /// # Repeating
    /// Do not: look first.
    pub async fn add(&self, token: &SecretString) -> Result<(), CallError> {
        elasticache::change_token(&self.clients.elasticache, self.group_id, token, TokenChange::Rotate).await
    }

    /// Makes the group accept this token, the last one added, and nothing else (SET).
    ///
    /// # Errors
    /// As [`elasticache::change_token`] has them.
    ///
    /// # Repeating
    /// Leaves the group as it is.
    pub async fn keep_only(&self, token: &SecretString) -> Result<(), CallError> {
        elasticache::change_token(&self.clients.elasticache, self.group_id, token, TokenChange::Set).await
    }

    fn check(&self, group: &Group) -> Result<(), Failure> {
        let id = self.group_id;
        let refuse = |why: &str| Err(Failure::permanent(format!("the replication group {id} {why}")));
        if !group.user_groups.is_empty() {
            return refuse("has RBAC user groups, and so no AUTH token; its backend is not elasticache-auth");
        }
        if !group.tls {
            return refuse("has no in-transit encryption, which AUTH tokens need; switch it on first");
        }
        if matches!(group.status.as_str(), "deleting" | "create-failed") {
            return refuse(&format!("is {}; there is nothing to rotate", group.status));
        }
        Ok(())
    }
}

fn state(group: &Group) -> GroupState {
    if group.token_status.is_some() {
        return GroupState::ChangingToken;
    }
    match group.status.as_str() {
        "available" => GroupState::Available,
        status => GroupState::Busy(status.to_owned()),
    }
}

/// Whether a token was set after AWSPENDING was made: by the group's own word, and by AWS's own clock on both sides.
fn token_set_since(group: &Group, version: Option<&Version>) -> bool {
    let created = version.and_then(|version| version.created);
    group.token_enabled && group.token_modified.zip(created).is_some_and(|(modified, created)| modified >= created)
}
