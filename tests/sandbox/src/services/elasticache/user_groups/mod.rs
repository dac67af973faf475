//! User groups: the users of the caches that they are associated with.
//!
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html>

mod create;
mod delete;
mod describe;
mod members;
mod modify;
mod render;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use hyper::StatusCode;

use super::{State, history::History};
use crate::{
    redis::{Access, Node},
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// One user group.
#[derive(Debug)]
pub(super) struct UserGroup {
    pub(super) id: String,
    pub(super) engine: String,
    pub(super) user_ids: Vec<String>,
    pub(super) status: &'static str,
    pub(super) pending: Option<Pending>,
    pub(super) tags: BTreeMap<String, String>,
    views: History<View>,
}

/// Pending changes of the members.
#[derive(Clone, Debug, Default)]
pub(super) struct Pending {
    pub(super) add: Vec<String>,
    pub(super) remove: Vec<String>,
}

/// What Describe calls show and what changes.
#[derive(Clone, Debug)]
struct View {
    status: &'static str,
    user_ids: Vec<String>,
    pending: Option<Pending>,
}

impl UserGroup {
    /// The resource name.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:usergroup:{}", self.id)
    }

    /// Removes a deleted user.
    pub(super) fn forget(&mut self, user: &str) {
        self.user_ids.retain(|id| id != user);
        self.show();
    }

    /// Makes the current state visible to Describe calls, after the time `stale`.
    fn show(&mut self) {
        self.views.push(self.view());
    }

    fn view(&self) -> View {
        View { status: self.status, user_ids: self.user_ids.clone(), pending: self.pending.clone() }
    }

    fn seen(&self, stale: Duration, lies: bool) -> View {
        let mut view = self.views.seen(stale).unwrap_or_else(|| self.view());
        if lies && view.status == "modifying" {
            (view.status, view.pending) = ("active", None);
        }
        view
    }

    /// Refuses a change of a user group that is not active.
    pub(super) fn must_be_active(&self) -> Result<(), AwsError> {
        match self.status {
            "active" => Ok(()),
            status => Err(state_error(format!("User group {} is not in active state: it is {status}.", self.id))),
        }
    }
}

impl State {
    /// The user group with this id, in upper or lower case.
    fn user_group(&self, id: &str) -> Result<&UserGroup, AwsError> {
        self.user_groups.get(&id.to_ascii_lowercase()).ok_or_else(|| not_found(id))
    }

    /// The same, to change it.
    pub(super) fn user_group_mut(&mut self, id: &str) -> Result<&mut UserGroup, AwsError> {
        self.user_groups.get_mut(&id.to_ascii_lowercase()).ok_or_else(|| not_found(id))
    }

    /// Refuses a user group that does not exist, is not active, or is for another engine.
    pub(super) fn check_association(&self, user_group: Option<&str>, engine: &str) -> Result<(), AwsError> {
        let Some(group) = user_group.map(|id| self.user_group(id)).transpose()? else { return Ok(()) };
        group.must_be_active()?;
        match group.engine == "valkey" && engine != "valkey" {
            true => Err(invalid(format!("User group {} is for valkey, the cache is {engine}.", group.id))),
            false => Ok(()),
        }
    }

    /// The groups that a user is in.
    pub(super) fn user_groups_of(&self, user: &str) -> Vec<String> {
        let has = |group: &&UserGroup| group.user_ids.iter().any(|id| id == user);
        self.user_groups.values().filter(has).map(|group| group.id.clone()).collect()
    }

    /// The access that a user group gives at the moment.
    pub(super) fn access(&self, user_group: &str) -> Access {
        let group = self.user_groups.get(user_group);
        let users = group.into_iter().flat_map(|group| &group.user_ids).filter_map(|id| self.users.get(id));
        users.map(|user| user.account()).collect()
    }

    /// The replication groups that a user group is associated with.
    fn replication_groups_with(&self, id: &str) -> impl Iterator<Item = &String> {
        self.groups.values().filter(move |group| group.user_group.as_deref() == Some(id)).map(|group| &group.id)
    }

    /// The serverless caches that a user group is associated with.
    fn caches_with(&self, id: &str) -> impl Iterator<Item = &String> {
        self.caches.values().filter(move |cache| cache.user_group.as_deref() == Some(id)).map(|cache| &cache.name)
    }

    /// Every node of every cache that a user group is associated with.
    fn nodes_of_user_group(&self, id: &str) -> Vec<Arc<Node>> {
        let groups = self.replication_groups_with(id).flat_map(|id| &self.groups[id].shards);
        let shards = groups.chain(self.caches_with(id).map(|name| &self.caches[name].shard));
        shards.flat_map(|shard| shard.members.iter().filter_map(|member| member.node.clone())).collect()
    }

    /// Every node that knows a user.
    pub(super) fn nodes_of_user(&self, user: &str) -> Vec<Arc<Node>> {
        self.user_groups_of(user).iter().flat_map(|group| self.nodes_of_user_group(group)).collect()
    }
}

fn not_found(id: &str) -> AwsError {
    AwsError::new("UserGroupNotFound", format!("User group {id} not found.")).with_status(StatusCode::NOT_FOUND)
}

fn state_error(message: String) -> AwsError {
    AwsError::new("InvalidUserGroupState", message)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}
