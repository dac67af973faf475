//! Snapshots of serverless caches. While one is taken, the cache is `available` for reads, and refuses every change.
//!
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html>

mod copy;
mod create;
mod delete;
mod describe;
mod event;
mod export;
mod hooks;
mod render;
mod take;

use std::{collections::BTreeMap, fmt, time::Duration};

use bytes::Bytes;
use hyper::StatusCode;
use jiff::Timestamp;

use super::{Cache, History};
use crate::{
    services::{
        ACCOUNT, REGION,
        elasticache::{
            State,
            snapshots::{Kind, legal_name},
        },
    },
    wire::AwsError,
};

/// One snapshot of a serverless cache.
#[derive(Clone)]
pub(in super::super) struct Snapshot {
    pub(in super::super) name: String,
    kind: Kind,
    cache: String,
    engine: String,
    version: String,
    key: Option<String>,
    pub(in super::super) tags: BTreeMap<String, String>,
    status: String,
    created: Timestamp,
    rdb: Option<Bytes>,
    views: History<String>,
}

impl Snapshot {
    /// A snapshot that is being created.
    fn of(cache: &Cache, name: String, kind: Kind, created: Timestamp) -> Self {
        Self {
            name,
            kind,
            cache: cache.name.clone(),
            engine: cache.engine.clone(),
            version: cache.version.clone(),
            key: None,
            tags: BTreeMap::new(),
            status: "creating".to_owned(),
            created,
            rdb: None,
            views: History::default(),
        }
    }

    /// The resource name.
    pub(in super::super) fn arn(&self) -> String {
        format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:serverlesscachesnapshot:{}", self.name)
    }

    /// Gives it another status, which Describe calls show from `stale` later on.
    fn turn(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        self.views.push(self.status.clone());
    }

    fn seen(&self, stale: Duration) -> String {
        self.views.seen(stale).unwrap_or_else(|| self.status.clone())
    }

    /// Refuses what AWS refuses for a snapshot that is busy.
    pub(in super::super) fn must_be_available(&self) -> Result<(), AwsError> {
        match self.status.as_str() {
            "available" => Ok(()),
            status => {
                let message = format!("Serverless cache snapshot must be available; {} is {status}.", self.name);
                Err(AwsError::new("InvalidServerlessCacheSnapshotStateFault", message))
            }
        }
    }
}

impl State {
    /// The snapshot with this name, in whatever case it is written.
    pub(in super::super) fn cache_snapshot(&self, name: &str) -> Result<&Snapshot, AwsError> {
        self.cache_snapshots.get(&name.to_ascii_lowercase()).ok_or_else(|| not_found(name))
    }

    /// The same, to change it.
    pub(in super::super) fn cache_snapshot_mut(&mut self, name: &str) -> Result<&mut Snapshot, AwsError> {
        self.cache_snapshots.get_mut(&name.to_ascii_lowercase()).ok_or_else(|| not_found(name))
    }

    /// The name of a new snapshot in lower case, if it is legal and not in use.
    pub(super) fn new_cache_snapshot_name(&self, name: &str) -> Result<String, AwsError> {
        let name = legal_name("ServerlessCacheSnapshotName", name)?;
        match self.cache_snapshots.contains_key(&name) {
            false => Ok(name),
            true => {
                let message = format!("A serverless cache snapshot with the name {name} already exists.");
                Err(AwsError::new("ServerlessCacheSnapshotAlreadyExistsFault", message))
            }
        }
    }

    /// Makes a new snapshot visible, and returns its name.
    fn show_cache_snapshot(&mut self, mut snapshot: Snapshot) -> String {
        let name = snapshot.name.clone();
        snapshot.turn("creating");
        self.cache_snapshots.insert(name.clone(), snapshot);
        name
    }

    /// Forgets the automated snapshots of a cache that is gone.
    pub(super) fn forget_automated_cache_snapshots(&mut self, cache: &str) {
        self.cache_snapshots.retain(|_, snapshot| snapshot.kind == Kind::Manual || snapshot.cache != cache);
    }
}

/// Omits the data.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("name", &self.name).field("status", &self.status).finish_non_exhaustive()
    }
}

fn not_found(name: &str) -> AwsError {
    AwsError::new("ServerlessCacheSnapshotNotFoundFault", format!("Serverless cache snapshot {name} not found."))
        .with_status(StatusCode::NOT_FOUND)
}
