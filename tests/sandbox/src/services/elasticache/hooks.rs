//! What tests see and do in ElastiCache without a call over the wire.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use secrecy::SecretString;
use serde_json::Value;
use tokio::time::sleep;

use super::{ElastiCache, Timing};
use crate::{
    redis::{DIRECT_PORT, PORT},
    wire::Call,
};

/// The role of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It takes writes.
    Primary,
    /// It follows a primary.
    Replica,
}

/// One node of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeView {
    /// The node's id.
    pub cache_cluster_id: String,
    /// The shard that it belongs to, from `0001`.
    pub node_group: String,
    /// The public address, as AWS answers name it.
    pub address: Ipv4Addr,
    /// The public port.
    pub port: u16,
    /// The port that the server itself listens on; connections to it meet no fault and are not counted.
    pub direct_port: u16,
    /// Its role.
    pub role: Role,
}

impl ElastiCache {
    /// The nodes of a group or a serverless cache, shard by shard; empty if there is neither. A node that joins is not among them yet.
    pub fn nodes(&self, name: &str) -> Vec<NodeView> {
        let state = self.state();
        let Ok((shards, _)) = state.shards(name) else { return Vec::new() };
        let views = shards.iter().flat_map(|shard| {
            let members = shard.members.iter().enumerate().filter(|(_, member)| !member.joins);
            members.map(|(place, member)| NodeView {
                cache_cluster_id: member.id.clone(),
                node_group: shard.id.clone(),
                address: member.address,
                port: PORT,
                direct_port: DIRECT_PORT,
                role: if place == shard.primary { Role::Primary } else { Role::Replica },
            })
        });
        views.collect()
    }

    /// The tokens of a group, oldest first. A change counts once every node has it.
    pub fn tokens(&self, group: &str) -> Vec<SecretString> {
        self.state().group(group).map(|group| group.tokens.live.clone()).unwrap_or_default()
    }

    /// The passwords of a user, in the order given. A change counts once every node has it.
    pub fn users_passwords(&self, user: &str) -> Vec<SecretString> {
        self.state().user(user).map(|user| user.rights.authentication.passwords().to_vec()).unwrap_or_default()
    }

    /// The tokens of a group once the change in progress has reached every node; `None` if there is no such change.
    pub fn coming_tokens(&self, group: &str) -> Option<Vec<SecretString>> {
        self.state().group(group).ok()?.coming.as_ref().map(|tokens| tokens.live.clone())
    }

    /// The passwords of a user once the change in progress has reached every node; `None` if there is no such change.
    pub fn coming_passwords(&self, user: &str) -> Option<Vec<SecretString>> {
        let state = self.state();
        let change = state.user(user).ok()?.change.as_ref();
        change.map(|rights| rights.authentication.passwords().to_vec())
    }

    /// The statuses that Describe calls show now: of a group or a serverless cache, and of a user.
    pub fn statuses(&self, name: &str, user: &str) -> Vec<String> {
        let state = self.state();
        let Timing { stale, stale_users, .. } = state.timing;
        let group = state.group(name).ok().map(|group| group.seen(stale));
        let group = group.map(|seen| format!("{} {}", seen.status, seen.pending.unwrap_or_default()));
        let cache = state.cache(name).ok().map(|cache| cache.seen(stale, state.lies).status.to_owned());
        let user = state.user(user).ok().map(|user| user.seen(stale_users, state.lies).status.to_owned());
        [group, cache, user].into_iter().flatten().collect()
    }

    /// Every token and password of any request, including refused ones. Tests search for them where they must not be.
    pub fn values(&self) -> Vec<SecretString> {
        self.state().given.clone()
    }

    /// Changes the timing.
    pub fn set_timing(&self, timing: Timing) {
        self.state().timing = timing;
    }

    /// Makes Describe calls show `available`, or `active`, and nothing pending for as long as something is being
    /// modified.
    pub fn set_status_lies(&self, lies: bool) {
        self.state().lies = lies;
    }

    /// Keeps a group busy with this status for a while: `snapshotting`, say.
    ///
    /// # Errors
    /// There is no such group.
    pub fn busy(self: &Arc<Self>, group: &str, status: &str, for_: Duration) -> anyhow::Result<()> {
        let work = self.state().begin(group, status)?;
        let (this, id) = (self.clone(), group.to_ascii_lowercase());
        tokio::spawn(async move {
            sleep(for_).await;
            this.finish(&id, work, |_| ());
        });
        Ok(())
    }

    /// Keeps a token for [`Self::values`].
    pub(super) fn remember_token(&self, call: &Call) {
        let token = call.input.get("AuthToken").and_then(|token| token.as_str());
        self.state().given.extend(token.map(SecretString::from));
    }

    /// Keeps passwords for [`Self::values`], even from malformed parameters.
    pub(super) fn remember_passwords(&self, call: &Call) {
        let given = ["Passwords", "AuthenticationMode"].iter().filter_map(|key| call.input.get(key));
        given.for_each(|value| texts(value, &mut self.state().given));
    }
}

/// Every text inside, except `Type`.
fn texts(value: &Value, found: &mut Vec<SecretString>) {
    match value {
        Value::String(text) => found.push(SecretString::from(text.as_str())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => {
            members.iter().filter(|(key, _)| *key != "Type").for_each(|(_, value)| texts(value, found));
        }
        _ => {}
    }
}
