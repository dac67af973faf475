//! Serverless caches: always TLS, never an AUTH token.
//!
//! At AWS a serverless cache is one endpoint that speaks the cluster protocol, and nobody sees a node. Here it is a
//! primary and a replica without the cluster protocol: what matters about a credential is that several nodes hold it,
//! and that they do not get it in the same moment.
//!
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ReadReplicas.html>

mod create;
mod delete;
mod describe;
mod modify;
mod render;
mod snapshots;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use hyper::StatusCode;
use jiff::Timestamp;

pub(super) use snapshots::Snapshot;

use super::{State, group::Shard, history::History};
use crate::{
    redis::Access,
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// One serverless cache.
#[derive(Debug)]
pub(super) struct Cache {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) engine: String,
    pub(super) version: String,
    pub(super) created: Timestamp,
    pub(super) security_groups: Vec<String>,
    pub(super) subnets: Vec<String>,
    pub(super) user_group: Option<String>,
    pub(super) shard: Shard,
    /// Serialises the failovers of the cache.
    pub(super) failing_over: Arc<tokio::sync::Mutex<()>>,
    pub(super) status: &'static str,
    /// Whether a snapshot of it is being taken. Describe calls do not show it.
    snapshotting: bool,
    pub(super) tags: BTreeMap<String, String>,
    views: History<View>,
}

/// What Describe calls show that changes with time.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) status: &'static str,
    user_group: Option<String>,
}

impl Cache {
    /// The resource name.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:serverlesscache:{}", self.name)
    }

    /// Gives the cache another status, and makes what is now visible to Describe calls, from `stale` later on.
    fn turn(&mut self, status: &'static str) {
        self.status = status;
        self.views.push(self.view());
    }

    fn view(&self) -> View {
        View { status: self.status, user_group: self.user_group.clone() }
    }

    pub(super) fn seen(&self, stale: Duration, lies: bool) -> View {
        let mut view = self.views.seen(stale).unwrap_or_else(|| self.view());
        if lies && view.status == "modifying" {
            view.status = "available";
        }
        view
    }

    /// Refuses what AWS refuses to a cache that is busy.
    pub(super) fn must_be_available(&self) -> Result<(), AwsError> {
        match self.status {
            "available" if !self.snapshotting => Ok(()),
            status => {
                let status = if self.snapshotting { "being snapshotted" } else { status };
                let message = format!("Serverless cache must be in available state; {} is {status}.", self.name);
                Err(AwsError::new("InvalidServerlessCacheStateFault", message))
            }
        }
    }
}

impl State {
    /// The serverless cache with this name, in whatever case it is written.
    pub(super) fn cache(&self, name: &str) -> Result<&Cache, AwsError> {
        self.caches.get(&name.to_ascii_lowercase()).ok_or_else(|| not_found(name))
    }

    /// The same, to change it.
    pub(super) fn cache_mut(&mut self, name: &str) -> Result<&mut Cache, AwsError> {
        self.caches.get_mut(&name.to_ascii_lowercase()).ok_or_else(|| not_found(name))
    }

    /// Who may log in to a cache: the users of its user group, or everybody where it has none.
    fn access_to_cache(&self, user_group: Option<&str>) -> Access {
        user_group.map_or_else(|| Access::of_tokens(true, Vec::new()), |id| self.access(id))
    }
}

fn not_found(name: &str) -> AwsError {
    AwsError::new("ServerlessCacheNotFoundFault", format!("Serverless cache {name} not found."))
        .with_status(StatusCode::NOT_FOUND)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}
