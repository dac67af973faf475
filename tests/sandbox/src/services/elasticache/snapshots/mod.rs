//! Snapshots of replication groups and of their nodes. They hold real RDB files, and the manual ones outlive the group.
//!
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html>
//!
//! # Layout
//! - `create`, `describe`, `copy`, `delete`: the operations
//! - `export`: copies to a bucket
//! - `take`: how a snapshot gets its data
//! - `part`: what it holds of one shard
//! - `restore`: new groups with the data of a snapshot
//! - `quota`: how many snapshots may be taken in a day
//! - `hooks`: what tests see and do behind the wire
//! - `render`: snapshots as XML

mod copy;
mod create;
mod delete;
mod describe;
mod export;
mod hooks;
mod part;
mod quota;
mod render;
mod restore;
mod take;

use std::{collections::BTreeMap, fmt, time::Duration};

use hyper::StatusCode;
use jiff::Timestamp;

pub use hooks::PastSnapshot;
pub(super) use hooks::automatic_name;
pub(super) use quota::Quota;

use self::part::Part;
use super::{
    State,
    group::{Group, Settings},
    history::History,
};
use crate::{
    services::{ACCOUNT, REGION},
    wire::AwsError,
};

/// The maximum length of a name. AWS documents none; it is that of other identifiers.
const LONGEST_NAME: usize = 255;

/// One snapshot.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) name: String,
    kind: Kind,
    origin: Origin,
    key: Option<String>,
    pub(super) tags: BTreeMap<String, String>,
    status: String,
    parts: Vec<Part>,
    views: History<View>,
}

/// Who takes a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A caller.
    Manual,
    /// AWS itself, every day.
    Automated,
}

/// What a snapshot was taken of, as it was then.
#[derive(Clone, Debug)]
struct Origin {
    group: String,
    description: String,
    /// The node, if the snapshot is not of the whole group.
    cluster: Option<String>,
    created: Timestamp,
    settings: Settings,
}

/// What Describe calls show and what changes.
#[derive(Clone, Debug)]
struct View {
    status: String,
}

impl Snapshot {
    /// A snapshot that is being created, of a whole group.
    fn of_group(name: String, kind: Kind, group: &Group) -> Self {
        Self {
            name,
            kind,
            origin: Origin {
                group: group.id.clone(),
                description: group.description.clone(),
                cluster: None,
                created: group.created,
                settings: group.settings.clone(),
            },
            key: None,
            tags: BTreeMap::new(),
            status: "creating".to_owned(),
            parts: group.shards.iter().map(Part::of).collect(),
            views: History::default(),
        }
    }

    /// The same of one node of the group.
    fn of_node(name: String, group: &Group, node: &str) -> Self {
        let mut snapshot = Self::of_group(name, Kind::Manual, group);
        snapshot.origin.cluster = Some(node.to_owned());
        snapshot.parts = group.shards.iter().filter_map(|shard| Part::of_node(shard, node)).collect();
        snapshot
    }

    /// The resource name.
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:snapshot:{}", self.name)
    }

    /// Whether it is of a whole group with this id.
    fn is_of_group(&self, id: &str) -> bool {
        self.origin.cluster.is_none() && self.origin.group == id
    }

    /// Whether it is of this one node.
    fn is_of_node(&self, id: &str) -> bool {
        self.origin.cluster.as_deref() == Some(id)
    }

    /// Gives it another status, which Describe calls show from `stale` later on.
    fn turn(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        self.views.push(self.view());
    }

    fn view(&self) -> View {
        View { status: self.status.clone() }
    }

    fn seen(&self, stale: Duration) -> View {
        self.views.seen(stale).unwrap_or_else(|| self.view())
    }

    /// Refuses what AWS refuses for a snapshot that is busy.
    fn must_be_available(&self) -> Result<(), AwsError> {
        match self.status.as_str() {
            "available" => Ok(()),
            status => {
                let message = format!("Snapshot must be in available state; {} is {status}.", self.name);
                Err(AwsError::new("InvalidSnapshotState", message))
            }
        }
    }
}

impl State {
    /// The snapshot with this name, in whatever case it is written.
    pub(super) fn snapshot(&self, name: &str) -> Result<&Snapshot, AwsError> {
        self.snapshots.get(&name.to_ascii_lowercase()).ok_or_else(|| not_found(name))
    }

    /// The same, to change it.
    pub(super) fn snapshot_mut(&mut self, name: &str) -> Result<&mut Snapshot, AwsError> {
        self.snapshots.get_mut(&name.to_ascii_lowercase()).ok_or_else(|| not_found(name))
    }

    /// The name of a new snapshot in lower case, if it is legal and not in use.
    fn new_snapshot_name(&self, name: &str) -> Result<String, AwsError> {
        let name = legal_name("SnapshotName", name)?;
        match self.snapshots.contains_key(&name) {
            false => Ok(name),
            true => {
                let message = format!("Snapshot with specified name already exists: {name}");
                Err(AwsError::new("SnapshotAlreadyExistsFault", message))
            }
        }
    }

    /// Forgets the automated snapshots of a group that is gone.
    pub(super) fn forget_automated_snapshots(&mut self, group: &str) {
        self.snapshots.retain(|_, snapshot| snapshot.kind == Kind::Manual || snapshot.origin.group != group);
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Manual => "manual",
            Self::Automated => "automated",
        })
    }
}

/// A name in lower case, if it is legal.
pub(super) fn legal_name(parameter: &str, name: &str) -> Result<String, AwsError> {
    let legal = (1..=LONGEST_NAME).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.contains("--")
        && !name.ends_with('-');
    match legal {
        true => Ok(name.to_ascii_lowercase()),
        false => Err(invalid(format!(
            "The parameter {parameter} must be a valid identifier. Identifiers must begin with a letter; must contain \
             only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive \
             hyphens.",
        ))),
    }
}

fn not_found(name: &str) -> AwsError {
    AwsError::new("SnapshotNotFoundFault", format!("{name} is either not present or not available."))
        .with_status(StatusCode::NOT_FOUND)
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}
