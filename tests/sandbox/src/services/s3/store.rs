//! The buckets, and what is in them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::Timestamp;
use s3s::dto::{DefaultRetention, Grant, ObjectOwnership};

use super::{
    attributes::Attributes,
    checksums::{Algorithm, Sum, md5},
};
use crate::{chance, clock};

/// The least bytes of a part that is not the last.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const LEAST_PART: usize = 5 * 1024 * 1024;

/// The id of the version of an object in a bucket that does not keep versions.
pub(super) const NULL: &str = "null";

/// The buckets.
pub(super) struct Store {
    pub(super) buckets: BTreeMap<String, Bucket>,
    /// The least bytes of a part that is not the last.
    pub(super) least_part: usize,
}

impl Default for Store {
    fn default() -> Self {
        Self { buckets: BTreeMap::new(), least_part: LEAST_PART }
    }
}

/// Whether a bucket keeps versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Versioning {
    /// It never did.
    Never,
    /// It does.
    Enabled,
    /// It did.
    Suspended,
}

/// A bucket.
pub(super) struct Bucket {
    pub(super) created: Timestamp,
    pub(super) versioning: Versioning,
    /// Whether objects can be locked.
    pub(super) has_object_lock: bool,
    /// The retention of objects without one of their own.
    pub(super) retention: Option<DefaultRetention>,
    /// The setting of Object Ownership.
    pub(super) ownership: String,
    /// The grants of the access control list, beside that of the owner.
    pub(super) grants: Vec<Grant>,
    /// The versions of each object, the newest last.
    pub(super) versions: BTreeMap<String, Vec<Version>>,
    /// The uploads that are neither completed nor aborted, by id.
    pub(super) uploads: BTreeMap<String, Upload>,
    /// The uploads that were completed: completing one again succeeds.
    pub(super) completed: BTreeMap<String, Completed>,
    /// The keys of which another write is under way, as far as the next conditional write is concerned.
    pub(super) conflicts: BTreeSet<String>,
    /// The number of changes so far, and that of the last one of each key.
    changes: (u64, BTreeMap<String, u64>),
}

/// A version of an object, or the mark that it was deleted.
#[derive(Clone)]
pub(super) struct Version {
    /// Its id; `null` in a bucket without versions.
    pub(super) id: String,
    pub(super) is_mark: bool,
    pub(super) bytes: Bytes,
    pub(super) etag: String,
    pub(super) sum: Sum,
    pub(super) modified: Timestamp,
    /// What it has beside its contents.
    pub(super) attributes: Attributes,
}

/// An upload.
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) began: Timestamp,
    /// The number of changes of the bucket when it began.
    pub(super) began_at: u64,
    /// The checksum that its creator asked for, and whether it is of the whole object.
    pub(super) asked: Option<Algorithm>,
    pub(super) is_composite: bool,
    pub(super) parts: BTreeMap<i32, Part>,
    pub(super) attributes: Attributes,
}

/// A part of an upload.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) bytes: Bytes,
    pub(super) etag: String,
    pub(super) sum: Sum,
    pub(super) modified: Timestamp,
}

/// What an upload became.
pub(super) struct Completed {
    pub(super) key: String,
    pub(super) object: Version,
}

impl Version {
    /// A new object with these contents.
    pub(super) fn new(bytes: Bytes, sum: Sum, attributes: Attributes) -> Self {
        Self {
            id: NULL.to_owned(),
            is_mark: false,
            etag: etag(&bytes, &attributes),
            sum,
            bytes,
            modified: clock::now(),
            attributes,
        }
    }

    /// A new object with these contents and nothing else.
    pub(super) fn plain(bytes: Bytes) -> Self {
        let sum = Sum::of(Algorithm::Crc64Nvme, &bytes);
        Self::new(bytes, sum, Attributes::default())
    }

    /// The mark that an object was deleted.
    pub(super) fn mark() -> Self {
        Self { is_mark: true, ..Self::plain(Bytes::new()) }
    }
}

/// The `ETag` of contents. With a KMS key, it is not their MD5.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
pub(super) fn etag(bytes: &[u8], attributes: &Attributes) -> String {
    match attributes.is_kms {
        true => chance::uuid().simple().to_string(),
        false => md5(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

impl Bucket {
    /// An empty bucket, as it is without settings.
    pub(super) fn new() -> Self {
        Self {
            created: clock::now(),
            versioning: Versioning::Never,
            has_object_lock: false,
            retention: None,
            ownership: ObjectOwnership::BUCKET_OWNER_ENFORCED.to_owned(),
            grants: Vec::new(),
            versions: BTreeMap::new(),
            uploads: BTreeMap::new(),
            completed: BTreeMap::new(),
            conflicts: BTreeSet::new(),
            changes: (0, BTreeMap::new()),
        }
    }

    /// The objects that are there, in the order of their keys.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&String, &Version)> {
        self.versions
            .iter()
            .filter_map(|(key, versions)| Some((key, versions.last().filter(|newest| !newest.is_mark)?)))
    }

    /// An object, if it is there.
    pub(super) fn object(&self, key: &str) -> Option<&Version> {
        self.versions.get(key)?.last().filter(|newest| !newest.is_mark)
    }

    /// The number of changes so far.
    pub(super) fn changes(&self) -> u64 {
        self.changes.0
    }

    /// Whether an object was written or deleted after that many changes.
    pub(super) fn has_changed(&self, key: &str, since: u64) -> bool {
        self.changes.1.get(key).is_some_and(|at| *at > since)
    }

    /// Puts an object or a mark, and returns it with its id.
    pub(super) fn put(&mut self, key: &str, version: Version) -> Version {
        let id = match self.versioning {
            Versioning::Enabled => chance::uuid().simple().to_string(),
            Versioning::Never | Versioning::Suspended => NULL.to_owned(),
        };
        let version = Version { id, ..version };
        let versions = self.versions.entry(key.to_owned()).or_default();
        versions.retain(|other| other.id != version.id);
        versions.push(version.clone());
        self.note(key);
        version
    }

    /// Takes one version away. An object without versions is gone.
    pub(super) fn erase(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.versions.get_mut(key)?;
        let at = versions.iter().position(|version| version.id == id)?;
        let erased = versions.remove(at);
        if versions.is_empty() {
            self.versions.remove(key);
        }
        self.note(key);
        Some(erased)
    }

    /// Takes all versions away.
    pub(super) fn remove(&mut self, key: &str) {
        self.versions.remove(key);
        self.note(key);
    }

    fn note(&mut self, key: &str) {
        let (count, last) = &mut self.changes;
        *count += 1;
        last.insert(key.to_owned(), *count);
    }
}
