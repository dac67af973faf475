//! The buckets, and what is in them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use jiff::Timestamp;

use super::checksums;
use crate::{chance, clock};

/// The buckets.
#[derive(Default)]
pub(super) struct Store {
    pub(super) buckets: BTreeMap<String, Bucket>,
}

/// A bucket.
#[derive(Default)]
pub(super) struct Bucket {
    pub(super) keeps_versions: bool,
    /// The versions of each object, the newest last.
    pub(super) versions: BTreeMap<String, Vec<Version>>,
    /// The uploads that are neither completed nor aborted, by id.
    pub(super) uploads: BTreeMap<String, Upload>,
    /// The uploads that were completed: completing one again succeeds.
    pub(super) completed: BTreeMap<String, Version>,
    /// The keys of which another write is under way, as far as the next conditional write is concerned.
    pub(super) conflicts: BTreeSet<String>,
}

/// A version of an object, or the mark that it was deleted.
#[derive(Clone)]
pub(super) struct Version {
    /// Its id; `null` in a bucket without versions.
    pub(super) id: String,
    pub(super) is_mark: bool,
    pub(super) bytes: Bytes,
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    pub(super) content_type: Option<String>,
    pub(super) metadata: HashMap<String, String>,
    pub(super) kms_key: Option<String>,
    /// The CRC-64/NVME of all bytes, in base64.
    pub(super) checksum: String,
    pub(super) retain_until: Option<Timestamp>,
    pub(super) hold: bool,
}

/// An upload.
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) began: Timestamp,
    pub(super) parts: BTreeMap<i32, Part>,
    /// What the object will have beside its contents.
    pub(super) object: Version,
}

/// A part of an upload.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) bytes: Bytes,
    pub(super) etag: String,
    pub(super) checksum: String,
    pub(super) modified: Timestamp,
}

impl Version {
    /// A new object with these contents and nothing else.
    pub(super) fn new(bytes: Bytes) -> Self {
        Self {
            id: "null".to_owned(),
            is_mark: false,
            etag: checksums::etag(&bytes),
            checksum: checksums::crc64nvme(&bytes),
            bytes,
            modified: clock::now(),
            content_type: None,
            metadata: HashMap::new(),
            kms_key: None,
            retain_until: None,
            hold: false,
        }
    }

    /// The mark that an object was deleted.
    pub(super) fn mark() -> Self {
        Self { is_mark: true, ..Self::new(Bytes::new()) }
    }

    /// Whether it must not be deleted now.
    pub(super) fn is_locked(&self) -> bool {
        self.hold || self.retain_until.is_some_and(|until| until > clock::now())
    }
}

impl Bucket {
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

    /// Puts an object or a mark, and returns it with its id.
    pub(super) fn put(&mut self, key: &str, version: Version) -> Version {
        let id = if self.keeps_versions { chance::uuid().simple().to_string() } else { "null".to_owned() };
        let version = Version { id, ..version };
        let versions = self.versions.entry(key.to_owned()).or_default();
        versions.retain(|other| other.id != version.id);
        versions.push(version.clone());
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
        Some(erased)
    }
}
