//! An ElastiCache replication group with TLS and an AUTH token.

use cloud::{
    CallError, Clients,
    elasticache::{
        self,
        groups::{self, Group, TokenChange},
    },
};
use policy::{
    Failure,
    connection::Endpoints,
    login::Node,
    rotation::Step,
    secret::Known,
    server::{Capacity, GroupState, Propagation, Server},
    target::ReplicationGroup,
};
use secrecy::SecretString;

use crate::{
    capability::Capability,
    dial::Address,
    located::{Located, endpoint},
    login::{DEFAULT_USER, Questions, ask},
    nodes::each,
    observed::Observed,
};

/// The group of one target, and the clients to reach it.
#[derive(Clone, Copy, Debug)]
pub struct ElasticacheAuth<'a> {
    clients: &'a Clients,
    group_id: &'a str,
}

impl<'a> ElasticacheAuth<'a> {
    /// The group that the settings name.
    pub fn new(clients: &'a Clients, group: &'a ReplicationGroup) -> Self {
        Self { clients, group_id: &group.replication_group_id }
    }

    fn check(&self, group: &Group) -> Result<(), Failure> {
        let id = self.group_id;
        let refuse = |why: &str, next_step: &str| {
            Err(Failure::permanent(format!("the replication group {id} {why}")).with_next_step(next_step))
        };
        // First: such a group shows less of itself than others.
        if matches!(group.status.as_str(), "deleting" | "create-failed") {
            return refuse(
                &format!("is {}, so there is nothing to rotate", group.status),
                "Name another group in the settings",
            );
        }
        if !group.user_groups.is_empty() {
            return refuse(
                "has RBAC user groups, and so no AUTH token",
                "Use the backend elasticache-user for its users",
            );
        }
        if !group.tls {
            return refuse("has no in-transit encryption, which AUTH tokens need", "Enable in-transit encryption");
        }
        Ok(())
    }
}

impl ElasticacheAuth<'_> {
    async fn change(&self, token: &SecretString, change: TokenChange) -> Result<(), CallError> {
        groups::change_token(self.clients.elasticache(), self.group_id, token, change).await
    }
}

impl ElasticacheAuth<'_> {
    /// What can be done for it, in words.
    pub const CAPABILITY: Capability = Capability {
        flavour: "`elasticache-auth`",
        credential: "AUTH token of a replication group with TLS",
        logs_in: "every node of every shard",
        overlap: "yes, by `ROTATE`",
        retired: "`SET`",
    };
}

impl ElasticacheAuth<'_> {
    /// The steps that need AWSPREVIOUS: none, since a group drops its oldest token by itself.
    pub(crate) const NEEDS_PREVIOUS: &'static [Step] = &[];

    /// Describes the group and logs in to every node of every shard, all at once.
    ///
    /// # Errors
    /// Permanent if the group cannot have an AUTH token (no TLS, RBAC instead, being deleted) or may not be
    /// described.
    pub(crate) async fn observe(&self, known: Known<'_>) -> Result<Observed, Failure> {
        let group = groups::describe(self.clients.elasticache(), self.group_id).await?;
        self.check(&group)?;
        let nodes = group.nodes.iter().map(|node| async {
            let address = Address { host: &node.host, port: node.port, tls: group.tls };
            Node { id: node.id.clone(), state: ask(address, Questions { username: None, known }).await }
        });
        let server = Server {
            nodes: each(nodes).await,
            group: state(&group),
            change_asked: false,
            token_set_since_pending: token_set_since(&group, known.pending_created_ms),
            // ROTATE drops the oldest token. That is AWSCURRENT only where somebody rotated another one in by hand since,
            // which ElastiCache shows nowhere.
            capacity: Capacity::Free,
            propagation: Propagation::Service,
        };
        let hosts = group.endpoints.into_iter().chain(group.nodes.into_iter().map(|node| node.host)).collect();
        // AUTH tokens belong to the one user that there is without RBAC.
        Ok(Observed { server, username: DEFAULT_USER.to_owned(), hosts })
    }

    /// Makes the group accept a token in addition to its newest one (ROTATE).
    ///
    /// # Errors
    /// Those of [`groups::change_token`].
    pub(crate) async fn add(&self, pending: &SecretString) -> Result<(), CallError> {
        self.change(pending, TokenChange::Rotate).await
    }

    /// Makes the group accept the current token and nothing else (SET).
    ///
    /// # Errors
    /// Those of [`groups::change_token`].
    pub(crate) async fn remove(&self, current: &SecretString) -> Result<(), CallError> {
        self.change(current, TokenChange::Set).await
    }

    /// Makes a group that accepts clients without a token require this one, the last one added (SET).
    ///
    /// # Errors
    /// Those of [`groups::change_token`].
    ///
    /// # Repeating
    /// Leaves the group as it is.
    pub async fn close(&self, current: &SecretString) -> Result<(), CallError> {
        self.change(current, TokenChange::Set).await
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

/// Whether a token was set after AWSPENDING was created, as the group reports. Both times are from AWS's clock.
fn token_set_since(group: &Group, created_ms: Option<u64>) -> bool {
    let modified_ms = group.token_modified.and_then(|modified| modified.to_millis().ok());
    let created_ms = created_ms.and_then(|created| i64::try_from(created).ok());
    group.token_enabled && modified_ms.zip(created_ms).is_some_and(|(modified, created)| modified >= created)
}

impl ElasticacheAuth<'_> {
    /// Returns the primary and the reader endpoint, or the configuration endpoint.
    ///
    /// # Errors
    /// Permanent if the group cannot have an AUTH token; Retryable if it has no endpoint yet.
    pub(crate) async fn endpoints(&self) -> Result<Located, Failure> {
        let group = groups::describe(self.clients.elasticache(), self.group_id).await?;
        self.check(&group)?;
        Ok(Located { endpoints: endpoints(&group, self.group_id)?, username: None })
    }
}

/// Where clients connect to a group.
///
/// # Errors
/// Permanent if the group is being deleted, which takes its endpoints first; Retryable if it has no endpoint yet.
pub(crate) fn endpoints(group: &Group, id: &str) -> Result<Endpoints, Failure> {
    if group.status == "deleting" {
        return Err(Failure::permanent(format!(
            "the replication group {id} is being deleted, and has no endpoint any more; name another Redis in the settings"
        )));
    }
    let place = |place: &elasticache::Endpoint| endpoint(&place.host, place.port, group.tls);
    let primary = group.primary.as_ref().map(place).ok_or_else(|| {
        Failure::retryable(format!("the replication group {id} has no endpoint yet; the next run looks for it again"))
    })?;
    let reader = group.reader.as_ref().map(place);
    Ok(Endpoints { primary: Some(primary), reader, rest_url: None, cluster_mode: group.cluster_mode })
}
