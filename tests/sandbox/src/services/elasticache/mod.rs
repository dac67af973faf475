//! ElastiCache: replication groups whose nodes are real Redis processes.
//!
//! # Layout
//! - `create`, `describe`, `modify`, `delete`, `events`, `tags`, `failover`, `replicas`: the operations
//! - `group`, `token`: what a group is, and what happens to its AUTH tokens
//! - `users`, `user_groups`: who logs in where no token does
//! - `serverless`: caches that AWS shows as one endpoint
//! - `snapshots`, `exports`: snapshots of groups and of their nodes, and their files in S3
//! - `build`: how the processes come to be
//! - `hooks`: what tests see and do behind the wire
//! - `history`: what Describe calls show of the past
//! - `render`, `page`, `text`: the wire's side of it

mod build;
mod create;
mod delete;
mod describe;
mod events;
mod exports;
mod failover;
mod group;
mod history;
mod hooks;
mod modify;
mod page;
mod render;
mod replicas;
mod serverless;
mod snapshots;
mod tags;
mod text;
mod token;
mod user_groups;
mod users;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::future::BoxFuture;
use hyper::StatusCode;
use secrecy::SecretString;

pub use hooks::{NodeView, Role};
pub use snapshots::PastSnapshot;

use self::{
    events::Event,
    group::Group,
    serverless::Cache,
    snapshots::{Quota, Snapshot},
    user_groups::UserGroup,
    users::User,
};
use crate::{
    delivery::Events,
    redis::Fleet,
    services::S3,
    wire::{Answer, AwsError, Call, Description, Protocol, Service},
};

/// The service, as the wire knows it.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "elasticache",
    protocols: &[Protocol::Query { namespace: "http://elasticache.amazonaws.com/doc/2015-02-02/" }],
    invalid_input: "InvalidParameterValue",
    event_sources: &["aws.elasticache"],
};

/// How long things take, and for how long answers lag behind.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// From `CreateReplicationGroup` to `available`, at least: real processes have to start.
    pub create: Duration,
    /// From `ModifyReplicationGroup` until the first node has the change; the status is `modifying` meanwhile.
    pub modify: Duration,
    /// Between one node and the next while a change spreads.
    pub spread: Duration,
    /// From `CreateSnapshot` to `available`, at least. A copy and a deletion take as long.
    pub snapshot: Duration,
    /// For how long Describe calls still show a group or a cache as it was before a change: its status can read `available` too
    /// early. That it is being deleted is shown at once.
    pub stale: Duration,
    /// The same for users. Zero is what was recorded: a changed user is `modifying` in the next answer.
    pub stale_users: Duration,
}

/// The ElastiCache of one sandbox.
#[derive(Debug)]
pub struct ElastiCache {
    fleet: Arc<Fleet>,
    topic: Events,
    /// Where snapshots are exported to.
    s3: Arc<S3>,
    state: Mutex<State>,
    /// Users change beside each other; who belongs to whom changes alone.
    spreading: tokio::sync::RwLock<()>,
}

#[derive(Debug)]
struct State {
    timing: Timing,
    /// Whether Describe calls hide that a group is being modified.
    lies: bool,
    groups: BTreeMap<String, Group>,
    caches: BTreeMap<String, Cache>,
    snapshots: BTreeMap<String, Snapshot>,
    snapshot_quota: Quota,
    cache_snapshots: BTreeMap<String, serverless::Snapshot>,
    cache_snapshot_quota: Quota,
    users: BTreeMap<String, User>,
    user_groups: BTreeMap<String, UserGroup>,
    events: Vec<Event>,
    /// Every token and password that a caller ever gave.
    given: Vec<SecretString>,
    /// The number of the next thing that keeps a group busy.
    next_work: u64,
}

fn not_found(id: &str) -> AwsError {
    AwsError::new("ReplicationGroupNotFoundFault", format!("ReplicationGroup {id} not found."))
        .with_status(StatusCode::NOT_FOUND)
}

impl Service for ElastiCache {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move { Self::call(&self, call).await })
    }
}

impl ElastiCache {
    /// An empty ElastiCache, whose nodes run in this fleet, and which notifies this topic and exports to this S3.
    pub(crate) fn new(fleet: Arc<Fleet>, topic: Events, s3: Arc<S3>, timing: Timing) -> Self {
        let state = State {
            timing,
            lies: false,
            groups: BTreeMap::new(),
            caches: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            snapshot_quota: Quota::default(),
            cache_snapshots: BTreeMap::new(),
            cache_snapshot_quota: Quota::default(),
            users: [User::built_in()].into_iter().map(|user| (user.id.clone(), user)).collect(),
            user_groups: BTreeMap::new(),
            events: Vec::new(),
            given: Vec::new(),
            next_work: 0,
        };
        Self { fleet, topic, s3, state: Mutex::new(state), spreading: tokio::sync::RwLock::default() }
    }

    /// Carries out one call.
    pub(crate) async fn call(this: &Arc<Self>, call: &Call) -> Result<Answer, AwsError> {
        match call.operation.as_str() {
            "CreateReplicationGroup" => Self::create(this, call),
            "DescribeReplicationGroups" => this.describe_groups(call),
            "DescribeCacheClusters" => this.describe_clusters(call),
            "ModifyReplicationGroup" => Self::modify(this, call),
            "DeleteReplicationGroup" => Self::delete(this, call),
            "IncreaseReplicaCount" => Self::increase_replicas(this, call),
            "DecreaseReplicaCount" => Self::decrease_replicas(this, call),
            "TestFailover" => Self::test_failover(this, call),
            "CreateUser" => this.create_user(call),
            "DescribeUsers" => this.describe_users(call),
            "ModifyUser" => Self::modify_user(this, call),
            "DeleteUser" => Self::delete_user(this, call),
            "CreateUserGroup" => Self::create_user_group(this, call),
            "DescribeUserGroups" => this.describe_user_groups(call),
            "ModifyUserGroup" => Self::modify_user_group(this, call),
            "DeleteUserGroup" => Self::delete_user_group(this, call),
            "CreateServerlessCache" => Self::create_cache(this, call),
            "DescribeServerlessCaches" => this.describe_caches(call),
            "ModifyServerlessCache" => Self::modify_cache(this, call),
            "DeleteServerlessCache" => Self::delete_cache(this, call),
            "CreateSnapshot" => Self::create_snapshot(this, call),
            "DescribeSnapshots" => this.describe_snapshots(call),
            "CopySnapshot" => Self::copy_snapshot(this, call),
            "DeleteSnapshot" => Self::delete_snapshot(this, call),
            "CreateServerlessCacheSnapshot" => Self::create_cache_snapshot(this, call),
            "DescribeServerlessCacheSnapshots" => this.describe_cache_snapshots(call),
            "CopyServerlessCacheSnapshot" => Self::copy_cache_snapshot(this, call),
            "ExportServerlessCacheSnapshot" => Self::export_cache_snapshot(this, call),
            "DeleteServerlessCacheSnapshot" => Self::delete_cache_snapshot(this, call),
            "DescribeEvents" => this.describe_events(call),
            "AddTagsToResource" => this.add_tags(call),
            "ListTagsForResource" => this.list_tags(call),
            "RemoveTagsFromResource" => this.remove_tags(call),
            _ => Err(call.unknown()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the lock is not poisoned")
    }

    /// Ends one piece of work on a group, and makes the result visible.
    fn finish(&self, group: &str, work: u64, with: impl FnOnce(&mut Group)) {
        if let Some(group) = self.state().groups.get_mut(group) {
            group.busy.retain(|(other, _)| *other != work);
            with(group);
            group.show();
        }
    }
}

impl State {
    /// The group with this id, in whatever case it is written.
    fn group(&self, id: &str) -> Result<&Group, AwsError> {
        self.groups.get(&id.to_ascii_lowercase()).ok_or_else(|| not_found(id))
    }

    /// The same, to change it.
    fn group_mut(&mut self, id: &str) -> Result<&mut Group, AwsError> {
        self.groups.get_mut(&id.to_ascii_lowercase()).ok_or_else(|| not_found(id))
    }

    /// Keeps a group busy until the work of this number is finished.
    fn begin(&mut self, id: &str, status: &str) -> Result<u64, AwsError> {
        let work = self.next_work;
        self.next_work += 1;
        let group = self.group_mut(id)?;
        group.busy.push((work, status.to_owned()));
        group.show();
        Ok(work)
    }
}
