//! S3: buckets, objects with versions and locks, and uploads in parts.
//!
//! Requests and responses are those of the crate `s3s`; what they do is here, on maps.
//!
//! # Layout
//! - `routes`: which operation a request is, for faults and the journal
//! - `bridge`: a request for `s3s`, and its response
//! - `api`: the operations that `s3s` calls
//! - `buckets`, `acl`: what they do to buckets
//! - `objects`, `deletes`, `tags`, `locks`: what they do to objects
//! - `uploads`, `complete`, `parts`: what they do to uploads in parts
//! - `lists`: the lists of objects, of versions and of uploads
//! - `conditions`, `checksums`: what a write is checked against
//! - `store`, `attributes`: the buckets, and what is in them
//! - `time`: the moments in requests and responses

mod acl;
mod api;
mod attributes;
mod bridge;
mod buckets;
mod checksums;
mod complete;
mod conditions;
mod deletes;
mod lists;
mod locks;
mod objects;
mod parts;
mod routes;
mod store;
mod tags;
mod time;
mod uploads;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use s3s::service::S3Service;

use crate::wire::{Answer, AwsError, Call, Description, Protocol, Service};

use store::{Bucket, Store, Version, Versioning};

/// The description of the service.
pub(crate) static DESCRIPTION: Description = Description {
    signing_name: "s3",
    protocols: &[Protocol::RestXml { routes: &routes::ROUTES, namespace: "http://s3.amazonaws.com/doc/2006-03-01/" }],
    invalid_input: "InvalidArgument",
    event_sources: &["aws.s3"],
};

/// The buckets of one sandbox.
pub struct S3 {
    store: Arc<Mutex<Store>>,
    service: S3Service,
}

/// An object, as tests see it.
#[derive(Clone, PartialEq, Eq)]
pub struct Object {
    /// Its contents.
    pub bytes: Bytes,
    /// The KMS key that it is encrypted with; `None` if it is one of S3.
    pub kms_key: Option<String>,
    /// What its writer stored with it.
    pub metadata: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Omits the contents, which may contain a secret.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, kms_key, metadata, tags } = self;
        let mut object = f.debug_struct("Object");
        object.field("bytes", &bytes.len()).field("kms_key", kms_key).field("metadata", metadata).field("tags", tags);
        object.finish()
    }
}

impl Service for S3 {
    fn description(&self) -> &'static Description {
        &DESCRIPTION
    }

    fn carry_out<'a>(self: Arc<Self>, call: &'a Call) -> BoxFuture<'a, Result<Answer, AwsError>> {
        Box::pin(async move {
            bridge::check(call)?;
            bridge::carry_out(&self.service, call).await
        })
    }
}

impl S3 {
    /// Creates the service without buckets. Every access key has this secret key.
    pub(crate) fn new(secret_key: &'static str) -> Self {
        let store = Arc::new(Mutex::new(Store::default()));
        let service = bridge::service(api::Api::new(store.clone()), secret_key);
        Self { store, service }
    }

    /// Creates a bucket, as Terraform would: without versions.
    ///
    /// # Repeating
    /// Empties it.
    pub fn create_bucket(&self, name: &str) {
        self.store().buckets.insert(name.to_owned(), Bucket::new());
    }

    /// Whether there is a bucket with this name.
    pub fn has_bucket(&self, name: &str) -> bool {
        self.store().buckets.contains_key(name)
    }

    /// Keeps the versions of the objects of a bucket from now on.
    pub fn keep_versions(&self, bucket: &str) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.versioning = Versioning::Enabled;
        }
    }

    /// Lets the objects of a bucket be locked from now on. It also keeps their versions.
    pub fn enable_object_lock(&self, bucket: &str) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.enable_object_lock();
        }
    }

    /// Sets the least bytes of a part that is not the last, 5 MiB otherwise. Tests of many parts need less.
    pub fn set_least_part(&self, bytes: usize) {
        self.store().least_part = bytes;
    }

    /// The keys of the objects in a bucket, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let store = self.store();
        let objects = store.buckets.get(bucket).map(Bucket::objects);
        objects.into_iter().flatten().map(|(key, _)| key.clone()).collect()
    }

    /// An object; `None` if there is none.
    pub fn object(&self, bucket: &str, key: &str) -> Option<Object> {
        let store = self.store();
        let version = store.buckets.get(bucket)?.object(key)?;
        let attributes = version.attributes.clone();
        Some(Object {
            bytes: version.bytes.clone(),
            kms_key: attributes.kms_key,
            metadata: attributes.metadata,
            tags: attributes.tags,
        })
    }

    /// Puts an object, as somebody else would.
    pub fn put(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.put(key, Version::plain(bytes.into()));
        }
    }

    /// Deletes an object, as somebody else would.
    pub fn remove(&self, bucket: &str, key: &str) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.remove(key);
        }
    }

    /// The number of versions and of marks of deletion that a bucket has, of all objects.
    pub fn count_versions(&self, bucket: &str) -> usize {
        self.store().buckets.get(bucket).map_or(0, |bucket| bucket.versions.values().map(Vec::len).sum())
    }

    /// The keys of the uploads that are neither completed nor aborted, in order.
    pub fn uploads(&self, bucket: &str) -> Vec<String> {
        let store = self.store();
        let uploads = store.buckets.get(bucket).into_iter().flat_map(|bucket| bucket.uploads.values());
        let mut keys: Vec<String> = uploads.map(|upload| upload.key.clone()).collect();
        keys.sort_unstable();
        keys
    }

    /// Answers the next conditional write of a key as if another write of it were under way.
    pub fn conflict_once(&self, bucket: &str, key: &str) {
        if let Some(bucket) = self.store().buckets.get_mut(bucket) {
            bucket.conflicts.insert(key.to_owned());
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().expect("no holder of the lock panics")
    }
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3").finish_non_exhaustive()
    }
}
